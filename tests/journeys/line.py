"""The line between a browser and the server: it can be cut, and it counts what goes over it."""

import asyncio
import contextlib
import re
from typing import Self

CHUNK = 65536
ASKED = re.compile(rb"^GET (/\S*) HTTP/1\.1\r\n", re.MULTILINE)


class Line:
    """A port of its own that leads to the server's. Addresses of pages are made with `url`."""

    def __init__(self, target_port: int) -> None:
        self.sockets_opened = 0
        """How many live sockets were asked for on it so far."""
        self.brought = 0
        """How many bytes browsers were sent on it so far, with all that HTTP adds."""
        self.asked: list[str] = []
        """The paths that they asked for."""
        self._target_port = target_port
        self._port = 0
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()

    @property
    def url(self) -> str:
        """The server's address as seen through this line."""
        return f"http://127.0.0.1:{self._port}"

    async def __aenter__(self) -> Self:
        await self.mend()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cut()

    async def cut(self) -> None:
        """Break all connections, and refuse new ones."""
        if self._server:
            self._server.close()
            for writer in list(self._writers):
                writer.transport.abort()
            await self._server.wait_closed()
            self._server = None

    async def mend(self) -> None:
        """Let connections through again, on the same port."""
        self._server = await asyncio.start_server(self._carry, "127.0.0.1", self._port)
        self._port = self._server.sockets[0].getsockname()[1]

    async def _carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        try:
            there_reader, there_writer = await asyncio.open_connection("127.0.0.1", self._target_port)
            self._writers.add(there_writer)
            try:
                await asyncio.gather(
                    self._pass(reader, there_writer, writer), self._pass(there_reader, writer, writer)
                )
            finally:
                self._let_go(there_writer)
        except OSError:
            return
        finally:
            self._let_go(writer)

    async def _pass(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, browser: asyncio.StreamWriter
    ) -> None:
        with contextlib.suppress(OSError):
            while data := await source.read(CHUNK):
                self.sockets_opened += data.startswith(b"GET /live ")
                if sink is browser:
                    self.brought += len(data)
                else:
                    self.asked += [path.decode() for path in ASKED.findall(data)]
                sink.write(data)
                await sink.drain()
        sink.close()

    def _let_go(self, writer: asyncio.StreamWriter) -> None:
        writer.close()
        self._writers.discard(writer)
