"""Nodes in bad weather: a bus that loses, delays, repeats and reorders, a store that goes away, readers that lag.

Everything but the network is real. `Reader` is the far side of a connection, and checks what it is told as it comes.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from random import Random
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from app.pace import Pace
from app.replies import ReplyLog
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from realtime.bus import Exchange, Heard, LocalBus, Ring
from realtime.connection import Connection
from realtime.hub import Hub
from realtime.inbound import Inbound
from store.columns import utc_now
from store.database import Database, StoreUnavailable
from store.prepared import Link

T = TypeVar("T")
Frame = dict[str, Any]


class Weather:
    """How bad it is: one die for everything, and a moment from which on all is well."""

    def __init__(self, seed: int) -> None:
        self.dice = Random(seed)  # noqa: S311 - repeatable on purpose
        self.is_bad = True
        self.store_is_away = False

    def happens(self, chance: float) -> bool:
        """Whether something that goes wrong with this chance does so now."""
        return self.is_bad and self.dice.random() < chance


class LossyBus:
    """Hears what the others ring, less what is lost, more than once, late and out of order."""

    healthy = True

    def __init__(self, exchange: Exchange, weather: Weather) -> None:
        self._inner = LocalBus(exchange)
        self._weather = weather
        self._late: list[Sequence[Ring]] = []

    async def start(self, heard: Heard, caught_up: Callable[[], None]) -> None:
        """Begin to listen."""
        self._heard = heard
        await self._inner.start(self._hear, caught_up)

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Follow these channels, a little later."""
        channels = list(channels)
        for _ in range(self._weather.dice.randrange(4)):
            await asyncio.sleep(0)
        await self._inner.subscribe(channels)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """No longer follow these channels."""
        self._inner.unsubscribe(channels)

    def publish(self, channel: str, rings: Sequence[Ring]) -> None:
        """Ring the others."""
        self._inner.publish(channel, rings)

    async def close(self) -> None:
        """Leave."""
        await self._inner.close()

    def calm_down(self) -> None:
        """Tell what is still on its way."""
        while self._late:
            self._heard(self._late.pop())

    def _hear(self, rings: Sequence[Ring]) -> None:
        if self._weather.happens(0.2):
            return
        if self._weather.happens(0.5):
            self._late += [rings] * self._weather.dice.randint(1, 2)
        else:
            self._heard(rings)
        while self._late and not self._weather.happens(0.6):
            self._heard(self._late.pop(self._weather.dice.randrange(len(self._late))))


class WeatheredDatabase(Database):
    """A database that does not answer while the weather says so, and answers late at other times."""

    def __init__(self, url: str, weather: Weather) -> None:
        super().__init__(url)
        self._weather = weather

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """A session, if the store is there; what it found may be stale before it is looked at."""
        self._check()
        async with super().read() as session:
            yield session
        for _ in range(self._weather.dice.randrange(12) if self._weather.is_bad else 0):
            await asyncio.sleep(0)

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """A transaction, if the store is there."""
        self._check()
        async with super().write() as session:
            yield session

    async def transact(self, work: Callable[[Link], T]) -> T:
        """A transaction, if the store is there."""
        self._check()
        return await super().transact(work)

    async def look(self, work: Callable[[Link], T]) -> T:
        """A look, if the store is there; what it found may be stale before it is looked at."""
        self._check()
        found = await super().look(work)
        for _ in range(self._weather.dice.randrange(12) if self._weather.is_bad else 0):
            await asyncio.sleep(0)
        return found

    def _check(self) -> None:
        if self._weather.store_is_away:
            raise StoreUnavailable


class WeatheredNode:
    """One node without a network: its site, its hub and its reply log."""

    def __init__(self, name: str, settings: Settings, database: Database, bus: LossyBus) -> None:
        self.bus = bus
        self.settings = settings.model_copy(update={"node": name, "rate_limits": "off"})
        self.hub = Hub(database, bus, self.settings)
        self.site = Site(self.settings, database, self.hub.announce, Throttle(enabled=False))
        self.pace = Pace(1, 1, enabled=False)
        self.replies = ReplyLog(
            database, self.hub.announce, utc_now, pace=self.pace, asleep_after=timedelta(days=30)
        )

    async def close(self) -> None:
        """End in order."""
        await self.replies.close()
        await self.hub.close()


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
