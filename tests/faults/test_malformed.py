"""Frames and requests that break the rules: refused by type or closed with the right code; nobody else is affected."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from random import Random

from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed

from realtime.protocol import Close
from tests.faults.conftest import Measured
from tests.faults.guests import guests
from tests.faults.raw_peer import CLOSE, PONG, TEXT, RawPeer, command, frame, upgrade
from tests.faults.rfc6455 import LARGEST, cases, pieces
from tests.faults.round import Round
from tests.faults.shape import Shape

OURS = {1007: Close.MALFORMED, 1009: Close.TOO_LARGE}
"""The codes of `parley.v1` where they differ from the library's."""
LAST = b'{"type":"ping","n":99}'
SILENT = -1
"""In place of a close code: nothing came for ten seconds."""
AT_A_TIME = 8

DEEP = 100_000
BAD_COMMANDS = [
    b"", b" ", b"null", b"[]", b"{}", b'"x"', b"1e999", b"{" * 50, b"\xef\xbb\xbf{}", b'{"type":"ping"',
    b'{"type":["ping"]}',
    b'{"type":"ping","n":1}}', b'{"type":"open","discussion":{}}', b'{"type":"read","discussion":"x","seq":1e400}',
    b'{"type":"read","discussion":"x","seq":-9223372036854775809}', b'{"type":"typing","discussion":1,"on":"yes"}',
    b"[" * DEEP + b"]" * DEEP, b'{"a":' * 20_000 + b"1" + b"}" * 20_000, b'{"type":"ping","n":' + b"9" * 200_000 + b"}",
    b'{"type":"open","discussion":"' + b"x" * 200_000 + b'"}', b'{"type":"post","id":"\\ud800","discussion":"x"}',
]  # fmt: skip
HUGE_PINGS = [
    b'{"type":"ping","n":1' + b',"a":1' * 40_000 + b"}",
    b'{"type":"ping","n":1,"' + b"\\u0000" * 40_000 + b'":1}',
    b'{"type":"ping","a":' + b"[" * 500 + b"]" * 500 + b',"n":1}',
    b'{"n":1,"type":"ping"' + b" " * 200_000 + b"}",
]
"""Right, and what is not known in them is passed over."""

BAD_REQUESTS: list[tuple[bytes, set[int]]] = [
    (b"nonsense\r\n\r\n", {400}),
    (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", {400}),
    (b"GET / HTTP/9.9\r\n\r\n", {400}),
    (b"GET /api/unread HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", {400}),
    (
        b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n",
        {400},
    ),
    (b"POST /api/session HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", {400, 401, 422}),
    (b"POST /api/session HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n", {413}),
    (b"GET /" + b"a" * 9000 + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", {414, 431}),
    (b"GET / HTTP/1.1\r\nHost: x\r\nX: " + b"a" * 36_000 + b"\r\nConnection: close\r\n\r\n", {431}),
    (b"GET / HTTP/1.1\r\nX: " + b"a" * 100_000, {431}),
    (b"GET /live HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", {400, 426}),
    (upgrade(None, Sec_WebSocket_Key="short"), {400}),
    (upgrade(None, Sec_WebSocket_Version="12"), {400, 426}),
    (upgrade(None, Origin="https://evil.example"), {403}),
]


@dataclass
class Outcome:
    """What a server did with a case."""

    messages: int = 0
    pongs: list[bytes] = field(default_factory=list)
    closed: int | None = None

    def as_ours(self) -> "Outcome":
        """The library's outcome with our close codes; who is closed may or may not have been answered before."""
        return replace(self, closed=OURS.get(self.closed or 0, self.closed), messages=self._settled)

    @property
    def _settled(self) -> int:
        return self.messages if self.closed is None else 0


async def outcome(peer: RawPeer, parts: Iterable[bytes]) -> Outcome:
    """Send a case and then one more command, and see what comes back until that is answered or all is over."""
    found = Outcome()
    with contextlib.suppress(ConnectionError):
        for part in (*parts, frame(TEXT, LAST)):
            peer.send(part)
            await peer.writer.drain()
    try:
        async with asyncio.timeout(10):
            while await _goes_on(peer, found):
                pass
    except (EOFError, ConnectionError):
        found.closed = 1006
    except TimeoutError:
        found.closed = SILENT
    return found


async def _goes_on(peer: RawPeer, found: Outcome) -> bool:
    opcode, payload = await peer.next_frame()
    if opcode == CLOSE:
        found.closed = int.from_bytes(payload[:2], "big") if payload else 1005
    elif opcode == PONG:
        found.pongs.append(payload)
    elif opcode == TEXT and b'"n":99' not in payload:
        found.messages += 1
    return opcode != CLOSE and b'"n":99' not in payload


async def test_frames_by_the_standard(one_node: Shape, seed: int, measured: Measured) -> None:
    """Whatever is sent, however it is cut: the same answer as the library below gives by itself."""
    dice = Random(f"{seed} frames")
    wrong: list[str] = []
    async with Round(seed, one_node) as round_, bare_library() as port:
        node = one_node.nodes[0]
        (token,) = await guests(one_node, "mallory")

        async def try_one(name: str, data: bytes) -> None:
            for cut in ([data], list(pieces(data, dice))):
                theirs = await library_outcome(port, cut)
                async with await RawPeer.welcomed(node, token) as peer:
                    ours = await outcome(peer, cut)
                if ours.as_ours() != theirs.as_ours():
                    wrong.append(f"{name}: {ours}, the library: {theirs}")

        async with round_.under_way():
            await in_turn(try_one(name, data) for name, data in cases())
        measured("cases", len(cases()))
        await round_.check()
    assert not wrong, "\n".join(wrong)


async def test_commands_that_are_none(one_node: Shape, seed: int) -> None:
    """Not JSON, deep, huge, of wrong types: told what was wrong, and the connection stays; before hello it ends."""
    async with Round(seed, one_node) as round_:
        (token,) = await guests(one_node, "mallory")

        async def try_one(bad: bytes) -> None:
            async with await RawPeer.welcomed(one_node.nodes[0], token) as peer:
                peer.send(frame(TEXT, bad), command(type="ping", n=99))
                assert (await peer.told("error"))["code"] == "bad_frame", bad[:80]
                assert (await peer.told("pong"))["n"] == 99

        async def try_huge(ping: bytes) -> None:
            async with await RawPeer.welcomed(one_node.nodes[0], token) as peer:
                peer.send(frame(TEXT, ping))
                assert (await peer.told("pong"))["n"] == 1

        async def try_first(bad: bytes, code: int) -> None:
            async with await RawPeer.connected(one_node.nodes[0], token) as peer:
                await peer.flood([frame(TEXT, bad)])
                assert await peer.close_code() == code, bad[:80]

        async with round_.under_way():
            await in_turn(try_one(bad) for bad in BAD_COMMANDS * 3)
            await in_turn(try_huge(ping) for ping in HUGE_PINGS * 3)
            await in_turn(try_first(bad, Close.MALFORMED) for bad in BAD_COMMANDS)
            await in_turn(try_first(b"x" * size, Close.TOO_LARGE) for size in (LARGEST + 1, 20 * LARGEST))
        await round_.check()


async def test_requests_that_are_none(one_node: Shape, seed: int) -> None:
    """Broken heads, bodies and handshakes are answered with the right status, and the connection ends."""
    async with Round(seed, one_node) as round_:

        async def try_one(request: bytes, statuses: set[int]) -> None:
            async with await RawPeer.reach(one_node.nodes[0]) as peer:
                await peer.flood([request])
                line = await asyncio.wait_for(peer.reader.readline(), 10)
                assert int(line.split()[1]) in statuses, (request[:80], line)

        async with round_.under_way():
            await in_turn(try_one(request, statuses) for request, statuses in BAD_REQUESTS * 5)
        await round_.check()


@asynccontextmanager
async def bare_library() -> AsyncIterator[int]:
    """A server of the library's own that says something back to each message; gives its port."""

    async def answer(connection: ServerConnection) -> None:
        with contextlib.suppress(ConnectionClosed):
            async for message in connection:
                await connection.send(
                    message if isinstance(message, str) and LAST.decode() == message else "heard"
                )

    async with serve(
        answer, "127.0.0.1", 0, max_size=LARGEST, compression=None, ping_interval=None
    ) as server:
        yield next(iter(server.sockets)).getsockname()[1]


async def library_outcome(port: int, parts: Sequence[bytes]) -> Outcome:
    """What the library does with a case."""
    async with RawPeer(*await asyncio.open_connection("127.0.0.1", port)) as peer:
        peer.send(upgrade(None))
        await peer.reader.readuntil(b"\r\n\r\n")
        return await outcome(peer, parts)


async def in_turn(tries: Iterable[Awaitable[None]]) -> None:
    """Some at a time, until all are done."""
    waiting = list(tries)

    async def work() -> None:
        while waiting:
            await waiting.pop()

    try:
        await asyncio.gather(*(work() for _ in range(AT_A_TIME)))
    finally:
        for left in waiting:
            left.close()  # type: ignore[attr-defined]
