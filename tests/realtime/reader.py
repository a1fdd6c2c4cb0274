"""`Reader`: the far side of a connection, without a network; lags at times, and checks what it is told as it comes."""

import asyncio
import json
from collections.abc import Callable, Mapping
from typing import Any

from app.site import Identity
from realtime.connection import Connection
from realtime.inbound import Inbound
from tests.realtime.weather import Weather, WeatheredNode

Frame = dict[str, Any]


class Stream:
    """What a reader knows of one discussion: the last entry she has, None before the first."""

    def __init__(self, at: int | None) -> None:
        self.at = at


class Reader:
    """The far side of a connection, an `Outlet`: keeps what it is told and finds fault with it at once."""

    def __init__(
        self, node: WeatheredNode, who: Identity, weather: Weather, out: Mapping[tuple[str, str], int]
    ) -> None:
        self.node = node
        self.who = who
        self.frames: list[Frame] = []
        self.answers: dict[str, Frame] = {}
        self.faults: list[str] = []
        self.streams: dict[str, Stream] = {}
        self.seen: dict[str, list[int]] = {}
        self.closed: int | None = None
        self.largest = 0
        """Bytes of the largest write."""
        self.at_welcome: Callable[[], object] = lambda: None
        self._weather = weather
        self._out = out
        self._resuming: dict[str, int] = {}
        self.connection = Connection(who, self)
        node.hub.admit(self.connection)
        self._inbound = Inbound(self.connection, node.hub, node.site, node.replies, node.pace)

    # What a client does

    def say(self, **frame: Any) -> None:
        """Send a frame."""
        if self.closed is None:
            self._inbound.frame(json.dumps(frame).encode())

    def hello(self, resume: dict[str, int]) -> None:
        """Say hello, going on after these numbers."""
        self._resuming = dict(resume)
        self.say(type="hello", resume=resume)

    def leave(self, code: int = 1000) -> None:
        """Lose the connection."""
        if self.closed is None:
            self.closed = code
            self._inbound.close()
            self.node.hub.forget(self.connection)

    # What the server does (`realtime.connection.Outlet`)

    @property
    def clogged(self) -> bool:
        """Now and then this reader is behind."""
        return self._weather.happens(0.1)

    def write_soon(self, framed: bytes) -> None:
        """Take complete frames."""
        self.write(framed)

    def write(self, framed: bytes) -> None:
        """Take complete frames."""
        if self.closed is None:
            self.largest = max(self.largest, len(framed))
            for frame in unframed(framed):
                self.frames.append(frame)
                self._read(frame)

    async def drained(self) -> None:
        """Come back a little later."""
        for _ in range(self._weather.dice.randrange(4)):
            await asyncio.sleep(0)

    def shut(self, code: int, reason: str = "") -> None:
        """Close; the loss is noticed a moment later, as it is with a transport."""
        asyncio.get_running_loop().call_soon(self.leave, code)

    def pause_reading(self) -> None:
        """Nothing is sent here without being asked."""

    def resume_reading(self) -> None:
        """Nothing is sent here without being asked."""

    # What a client understands

    def _read(self, frame: Frame) -> None:
        if "id" in frame and frame["type"] in {"ack", "done", "error"}:
            if frame["id"] in self.answers:
                self._blame(f"a second answer to {frame['id']}: {frame}")
            self.answers[frame["id"]] = frame
        match frame["type"]:
            case "welcome":
                self.streams = {room: Stream(seq) for room, seq in self._resuming.items()}
                self.at_welcome()
            case "resumed":
                self._resumed(frame)
            case "added":
                self._added(frame)
            case "gone":
                if frame["discussion"] in self._resuming:
                    return
                if self.streams.pop(frame["discussion"], None) is None and frame["discussion"] in self.seen:
                    self._blame(f"gone twice from {frame['discussion']}")
            case "entry":
                self._entry(frame)

    def _resumed(self, frame: Frame) -> None:
        room, seen = frame["discussion"], self._resuming.pop(frame["discussion"], None)
        if seen is None:
            self._blame(f"resumed unasked: {frame}")
        elif frame["how"] == "gone":
            self.streams.pop(room, None)
        elif frame["how"] == "reset":
            self.streams[room] = Stream(frame["head"])
        elif (at := self.streams[room].at) != frame["head"] and frame["head"] > seen:
            self._blame(f"resumed to {frame['head']} with {at} as the last: {frame}")

    def _added(self, frame: Frame) -> None:
        if frame["discussion"] in self._resuming:
            self._blame(f"added before resumed: {frame}")
        self.streams[frame["discussion"]] = Stream(frame["head"])

    def _entry(self, frame: Frame) -> None:
        if "welcome" not in (frame["type"] for frame in self.frames):
            self._blame("an entry before welcome")
        room, seq = frame["discussion"], frame["seq"]
        stream = self.streams.setdefault(room, Stream(None))
        bounded = room in self._resuming and room not in self.seen
        if stream.at is not None and seq != stream.at + 1 and not (bounded and seq > stream.at):
            self._blame(f"{seq} after {stream.at} in {room}")
        if seq in self.seen.get(room, ()):
            self._blame(f"{seq} again in {room}")
        if seq > self._out.get((self.who.person_id, room), seq):
            self._blame(f"{seq} after she was out of {room}")
        stream.at = seq
        self.seen.setdefault(room, []).append(seq)

    def _blame(self, fault: str) -> None:
        story = [
            f"{frame['type']}:{frame.get('seq', frame.get('head', frame.get('how', '')))}"
            for frame in self.frames
            if frame["type"] not in {"unread", "presence", "typing", "seen", "ack", "done"}
        ]
        self.faults.append(f"{self.who.login} on {self.node.settings.node}: {fault}; {story[-15:]}")


def unframed(data: bytes) -> list[Frame]:
    """The text messages in these bytes as the server frames them: whole and unmasked."""
    frames = []
    while data:
        assert data[0] == 0x81, "a whole text message"
        start, length = 2, data[1]
        if length >= 126:
            start = 4 if length == 126 else 10
            length = int.from_bytes(data[2:start], "big")
        frames.append(json.loads(data[start : start + length]))
        data = data[start + length :]
    return frames
