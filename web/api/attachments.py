"""Files: bringing one, and having those that one may see."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import structlog
from starlette.responses import Response, StreamingResponse

from app import attachments
from app.errors import FieldError, InvalidInput, NotFound, Unavailable
from app.events import Attached
from store.attachments import Content
from store.contents import Stored
from web import ranges
from web.api.operation import Call, answer, done, operation
from web.limits import UPLOADING, spend
from web.uploads import Parts

log = structlog.get_logger(__name__)

PREVIEW_TYPE = "image/webp"


@operation("Upload a file", gives={201: Attached}, refuses=(400, 413, 415, 422, 429), takes_file=True)
async def bring(call: Call) -> Response:
    """The field `file` of a form. Its id can be named in a message or a reply; what nothing names goes after a week.

    413 `file_too_large` and 422 `files_full` say in `most` how many bytes there may be, of one file and of all.
    """
    await spend(call.site, UPLOADING, call.who)
    async for part in Parts(call.request):
        if part.name == "file" and part.file_name is not None:
            brought = await attachments.bring(call.site, call.who, part.file_name, part.chunks())
            return answer(brought, 201, {"Location": f"/api/attachments/{brought.id}"})
    raise InvalidInput(FieldError("file", "missing", "There is no file in the field `file`."))


@operation("Download a file", gives={200: Any, 206: Any}, refuses=(404, 416), media_type="*/*")
async def show(call: Call) -> Response:
    """Whole, or the range that is asked for. To be kept, never shown: a browser does not open it in its place."""
    content = await attachments.find(call.site, call.who, call.id())
    headers = {"Content-Disposition": disposition(content.name), "Content-Type": content.media_type}
    return await _given(call, content, content.size, headers)


@operation("Delete a file that is not wanted", gives={204: None}, refuses=(403, 404))
async def forget(call: Call) -> Response:
    """One's own, which no draft, message or reply carries (403 otherwise): what somebody received stays hers."""
    await attachments.forget(call.site, call.who, call.id())
    return done()


@operation("Show a file's preview", gives={200: Any, 206: Any}, refuses=(404, 416), media_type=PREVIEW_TYPE)
async def preview(call: Call) -> Response:
    """Of an image that has `width` and `height`: drawn anew, with these measures."""
    content = await attachments.find(call.site, call.who, call.id())
    if content.preview_size is None:
        raise NotFound
    return await _given(call, content, content.preview_size, {"Content-Type": PREVIEW_TYPE}, preview=True)


def disposition(name: str) -> str:
    """The header that says: keep it, under this name (RFC 6266)."""
    plain = "".join(c if c.isascii() and c.isprintable() and c not in '"\\%' else "_" for c in name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


async def _given(
    call: Call, content: Content, size: int, headers: dict[str, str], *, preview: bool = False
) -> Response:
    request = call.request
    tag = f'"{content.digest}{"-preview" if preview else ""}"'
    part = ranges.wanted(request.headers, size, tag)
    first, end = part or (0, size)
    headers |= {"Accept-Ranges": "bytes", "ETag": tag, "Content-Length": str(end - first)}
    if part:
        headers["Content-Range"] = f"bytes {first}-{end - 1}/{size}"
    status = 206 if part else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    pieces = call.site.files.blobs.read(Stored(content.digest, content.place), first, end, preview=preview)
    return StreamingResponse(await _begun(pieces), status, headers=headers)


async def _begun(pieces: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    """The same pieces, once it is known that they can be had. Raises `Unavailable`."""
    try:
        first = await anext(pieces, b"")
    except FileNotFoundError:
        log.error("bytes_missing")
        raise Unavailable from None

    async def all_of_them() -> AsyncIterator[bytes]:
        yield first
        async for piece in pieces:
            yield piece

    return all_of_them()
