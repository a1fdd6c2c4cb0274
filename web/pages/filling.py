"""What a form of a page brings: fields, and files where no scripts have uploaded them before.

A file is kept as it comes in, and stands in the form by its id, as one that scripts have brought does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData, UploadFile
from starlette.requests import Request

from app import attachments
from app.errors import FilesFull, FileTooLarge, RateLimited, Unavailable
from app.events import Attached
from app.site import Identity, Site
from store.database import StoreUnavailable
from web.errors import Refused
from web.i18n import mark
from web.identity import anyone
from web.limits import UPLOADING, spend
from web.rendering import sentence, site_of, view_of
from web.sizes import file_size
from web.uploads import Part, Parts

MULTIPART = "multipart/form-data"
FILE = "file"
ATTACHED = "attachments"
MOST_FIELDS = 1000
LARGEST_TEXT = 1024 * 1024
"""Bytes of all fields together that are no file; `web.bounds` says the same of forms without files."""

LARGE = mark("{name} is larger than a file may be here ({most}).")
MANY = mark("{name} was not attached: no more than {most} files go together.")
LARGE_TOGETHER = mark("{name} was not attached: together, the files would have more than {most}.")
FULL = mark("{name} was not attached: there is no room left for further files of yours.")
FAILED = mark("{name} could not be uploaded. What you have written is kept.")


@dataclass(frozen=True)
class Filled:
    """A form as it was sent; `problems` say in the reader's language which files could not be taken, and why."""

    fields: FormData
    problems: Sequence[str] = ()


async def filled(request: Request) -> Filled:
    """What the form holds, read once however often it is asked for. Raises `Refused` or `ClientDisconnect`."""
    known: Filled | None = getattr(request.state, "filled", None)
    if known is None:
        has_parts = request.headers.get("content-type", "").startswith(MULTIPART)
        known = await _Reading(request).all() if has_parts else Filled(await request.form())
        request.state.filled = known
    return known


class _Reading:
    """One form while it comes in."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._fields: list[tuple[str, str | UploadFile]] = []
        self._problems: list[str] = []
        self._text = 0
        self._bytes = 0

    async def all(self) -> Filled:
        async for part in Parts(self._request, most=MOST_FIELDS):
            if part.file_name is None:
                await self._take_field(part)
            elif part.file_name and part.name == FILE and (me := anyone(self._request)):
                await self._take_file(part, part.file_name, me)
            # What is left is passed over: no file was chosen, or nobody is there whose it could be.
        return Filled(FormData(self._fields), self._problems)

    async def _take_field(self, part: Part) -> None:
        text = await part.text()
        self._text += len(text)
        if self._text > LARGEST_TEXT:
            raise Refused(413, "too_large", "The fields of a form are too large.", {"Connection": "close"})
        self._fields.append((part.name, text))

    async def _take_file(self, part: Part, name: str, me: Identity) -> None:
        limits = self._site.files.limits
        if sum(field == ATTACHED for field, _ in self._fields) >= limits.files:
            self._complain(MANY, name, str(limits.files))
            return
        try:
            await spend(self._site, UPLOADING, me)
            file = await attachments.bring(self._site, me, name, part.chunks())
        except FileTooLarge as error:
            self._complain(LARGE, name, self._size(error.most))
        except FilesFull:
            self._complain(FULL, name)
        except (RateLimited, StoreUnavailable, Unavailable):
            self._complain(FAILED, name)
        else:
            await self._attach(file, me)

    async def _attach(self, file: Attached, me: Identity) -> None:
        self._bytes += file.size
        together = self._site.files.limits.together
        if self._bytes > together:
            self._bytes -= file.size
            self._complain(LARGE_TOGETHER, file.name, self._size(together))
            await attachments.forget(self._site, me, file.id)
            return
        self._fields.append((ATTACHED, file.id))

    @property
    def _site(self) -> Site:
        return site_of(self._request)

    def _size(self, size: int) -> str:
        return file_size(size, view_of(self._request, now=self._site.now()).language.locale)

    def _complain(self, marked: str, name: str, most: str = "") -> None:
        self._problems.append(sentence(self._request, marked).format(name=name, most=most))
