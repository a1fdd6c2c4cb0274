"""People connected: raw sockets to Parley or to the yardstick, some at a time."""

import asyncio
from collections.abc import Mapping, Sequence

from bench.load import Checked, Client, handshake
from bench.server import Process

AT_ONCE = 50
"""Connections that are being made at the same time."""
WELCOME = b'{"type":"welcome"'
RESUMED = b'{"type":"resumed"'


async def connect(
    server: Process, tokens: Sequence[str], resumes: Sequence[Mapping[str, int]] | None = None
) -> list[Client]:
    """One welcomed connection per token; with `resumes`, each has resumed these discussions."""
    callers = list(zip(tokens, resumes or [{}] * len(tokens), strict=True))
    clients: list[Client] = []
    for start in range(0, len(callers), AT_ONCE):
        some = callers[start : start + AT_ONCE]
        clients += await asyncio.gather(*(_welcomed(server, token, resume) for token, resume in some))
    return clients


async def connect_to_bare(server: Process, room: str, number: int, checked: Checked) -> list[Client]:
    """`number` connections in one room of the yardstick."""
    clients = [await _opened(server, handshake(f"/{room}", "-"), checked) for _ in range(number)]
    await asyncio.gather(*(client.opened for client in clients))
    return clients


async def leave(clients: Sequence[Client]) -> None:
    """Close these connections and wait until they are lost."""
    for client in clients:
        client.transport.abort()
    await asyncio.gather(*(client.lost for client in clients))


async def _opened(server: Process, request: bytes, checked: Checked) -> Client:
    loop = asyncio.get_running_loop()
    _, client = await loop.create_connection(lambda: Client(request, checked), "127.0.0.1", server.port)
    return client


async def _welcomed(server: Process, token: str, resume: Mapping[str, int]) -> Client:
    client = await _opened(server, handshake("/live", token), Checked())
    await client.opened
    ready = asyncio.get_running_loop().create_future()
    waiting = 1 + len(resume)

    def heard(frame: bytes) -> None:
        nonlocal waiting
        waiting -= frame.startswith((WELCOME, RESUMED))
        if not waiting and not ready.done():
            ready.set_result(None)

    client.on_frame = heard
    client.send([{"type": "hello", "resume": dict(resume)}])
    await ready
    client.on_frame = None
    return client
