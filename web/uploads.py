"""Forms with files in them, part by part as they come in: nothing of a file is kept here, in memory or on disk."""

from collections import deque
from collections.abc import AsyncIterator

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header
from starlette.requests import Request

from web.errors import Refused

MOST_HEADERS = 8
LARGEST_HEADER = 4096
MOST_PARTS = 200
LARGEST_FIELD = 256 * 1024
"""Bytes of a field that is no file; see `web.bounds` for what all of them may have."""


class Part:
    """One field of a form: its name, and its file's name where it is one. Its chunks can be read once."""

    def __init__(self, parts: "Parts", name: str, file_name: str | None) -> None:
        self._parts = parts
        self.name = name
        self.file_name = file_name

    async def chunks(self) -> AsyncIterator[bytes]:
        """What it holds."""
        while chunk := await self._parts.chunk():
            yield chunk

    async def text(self) -> str:
        """What it holds, if it is no file. Raises `Refused` for too much, or what is no text."""
        held = bytearray()
        async for chunk in self.chunks():
            held += chunk
            if len(held) > LARGEST_FIELD:
                raise _bad_form("A field is too large.")
        try:
            return held.decode()
        except UnicodeDecodeError:
            raise _bad_form("A field is not UTF-8.") from None


class Parts:
    """The parts of a request's body, in their order; `most` is how many there may be.

    Raises `Refused` (415 for what is no form with files, 400 for a broken one) or `ClientDisconnect`.
    """

    def __init__(self, request: Request, most: int = MOST_PARTS) -> None:
        self._most = most
        self._events: deque[Part | bytes | None] = deque()
        self._headers: dict[bytes, bytes] = {}
        self._header = (b"", b"")
        self._count = 0
        self._is_open = False
        """Whether a part has begun and not ended."""
        self._is_over = False
        kind, options = parse_options_header(request.headers.get("content-type", ""))
        if kind != b"multipart/form-data":
            raise Refused(415, "unsupported_media_type", "The body must be multipart/form-data.")
        try:
            self._parser = MultipartParser(
                options.get(b"boundary", b""),
                {
                    "on_header_begin": self._begin_header,
                    "on_header_field": self._name_header,
                    "on_header_value": self._fill_header,
                    "on_header_end": self._end_header,
                    "on_headers_finished": self._begin_part,
                    "on_part_data": self._fill_part,
                    "on_part_end": self._end_part,
                },
                max_header_count=MOST_HEADERS,
                max_header_size=LARGEST_HEADER,
            )
        except FormParserError:
            raise _bad_form("The boundary between the parts is missing or wrong.") from None
        self._body = request.stream()

    async def __aiter__(self) -> AsyncIterator[Part]:
        """Every part; what is not read of one is passed over."""
        while True:
            event = await self._next()
            if self._is_over and event is None:
                return
            if isinstance(event, Part):
                yield event

    async def chunk(self) -> bytes:
        """The next bytes of the part that is being read; empty at its end."""
        event = await self._next()
        return event if isinstance(event, bytes) else b""

    async def _next(self) -> Part | bytes | None:
        """A part that begins, bytes of it, or None at its end, and at the end of all."""
        while not self._events and not self._is_over:
            chunk = await anext(self._body, b"")
            try:
                if chunk:
                    self._parser.write(chunk)
            except FormParserError:
                raise _bad_form("The parts of the body cannot be told apart.") from None
            if not chunk:
                if self._is_open:
                    raise _bad_form("The body ends in the middle of a part.")
                self._is_over = True
        return self._events.popleft() if self._events else None

    # What the parser tells, while it is fed.

    def _begin_header(self) -> None:
        self._header = (b"", b"")

    def _name_header(self, data: bytes, start: int, end: int) -> None:
        name, value = self._header
        self._header = (name + data[start:end], value)

    def _fill_header(self, data: bytes, start: int, end: int) -> None:
        name, value = self._header
        self._header = (name, value + data[start:end])

    def _end_header(self) -> None:
        name, value = self._header
        self._headers[name.lower()] = value

    def _begin_part(self) -> None:
        self._is_open = True
        self._count += 1
        if self._count > self._most:
            raise _bad_form(f"There are more than {self._most} parts.")
        _, options = parse_options_header(self._headers.get(b"content-disposition"))
        self._headers = {}
        file_name = options.get(b"filename")
        name = options.get(b"name", b"")
        self._events.append(
            Part(self, _decoded(name), None if file_name is None else _decoded(file_name).replace("%22", '"'))
        )

    def _fill_part(self, data: bytes, start: int, end: int) -> None:
        self._events.append(data[start:end])

    def _end_part(self) -> None:
        self._is_open = False
        self._events.append(None)


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")


def _bad_form(detail: str) -> Refused:
    return Refused(400, "bad_form", detail)
