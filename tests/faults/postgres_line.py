"""A line to PostgreSQL that breaks at a commit: before the server hears of it, or before its answer comes back."""

import asyncio
import contextlib
from typing import Literal, Self

Lost = Literal["commit", "answer"]

CHUNK = 65536
COMMIT = b"COMMIT"


class PostgresLine:
    """A port of its own that leads to PostgreSQL's.

    Once told to `lose` something it does so at that commit, ends the connection and refuses new ones until `mend`.
    """

    def __init__(self, target_port: int) -> None:
        self.has_lost = asyncio.Event()
        self.port = 0
        self._target_port = target_port
        self._loses: Lost | None = None
        self._mark = b""
        self._is_cut = False
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", 0)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(self, *_: object) -> None:
        assert self._server
        self._server.close()

    def lose(self, what: Lost, of: bytes) -> None:
        """Break at the commit of the transaction in which `of` is sent."""
        self._loses, self._mark = what, of

    def mend(self) -> None:
        """Let connections through again."""
        self._is_cut = False

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._is_cut:
            writer.transport.abort()
            return
        there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
        answers = asyncio.create_task(_pass(there_reader, writer))
        is_marked = False
        try:
            while data := await reader.read(CHUNK):
                is_marked = is_marked or (self._loses is not None and self._mark in data)
                if is_marked and COMMIT in data:
                    await self._lose(data, there_reader, there_writer, answers)
                    return
                there_writer.write(data)
                await there_writer.drain()
        except OSError:
            return
        finally:
            answers.cancel()
            there_writer.close()
            writer.transport.abort()

    async def _lose(
        self,
        data: bytes,
        there_reader: asyncio.StreamReader,
        there_writer: asyncio.StreamWriter,
        answers: "asyncio.Task[None]",
    ) -> None:
        answers.cancel()
        await asyncio.wait([answers])
        self._is_cut = True
        if self._loses == "answer":
            there_writer.write(data)
            # The server has committed when it answers; nobody is told of it.
            await there_reader.read(CHUNK)
        self._loses = None
        self.has_lost.set()


async def _pass(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()
