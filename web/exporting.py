"""What is somebody's own as a zip file: herself, what she is writing, her discussions as JSON, as text, with files."""

from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any, NamedTuple

import msgspec
import structlog

from app import attachments, discussions, own_data
from app.discussions import Overview
from app.downloading import whole
from app.errors import NotFound
from app.events import Attached
from app.file_names import harmless
from app.site import Identity, Site
from store.contents import Stored
from store.database import StoreUnavailable
from web.downloads import as_json, as_text
from web.i18n import mark
from web.telling import Telling
from web.zipping import Zip

log = structlog.get_logger(__name__)

LONGEST_NAME = 60
ABOUT = mark(
    "What is yours on this site, as it was on {time}.\n\n"
    "profile.json: who you are here, your settings, groups, lists, folders and sign-ins.\n"
    "messages-in-progress.json: what you have not sent yet.\n"
    "discussions: those you are in, each as JSON, as text, and with its files.\n"
    "left: what you wrote in discussions that you have left.\n"
)


class Member(NamedTuple):
    """A file of the archive. `is_packed_already`: packing it again would gain nothing."""

    name: str
    pieces: AsyncIterator[bytes]
    is_packed_already: bool = False


async def export(site: Site, who: Identity, view: Telling) -> AsyncIterator[bytes]:
    """The zip file, piece by piece. What she loses while it is made (`NotFound`) is missing from there on."""
    with Zip(view.dates.now) as archive:
        async for name, pieces, is_packed_already in _members(site, who, view):
            with suppress(NotFound):
                async for piece in archive.add(name, pieces, is_packed_already=is_packed_already):
                    yield piece
        yield archive.end()


async def _members(site: Site, who: Identity, view: Telling) -> AsyncIterator[Member]:
    about = view.gettext(ABOUT).format(time=view.dates.exact(view.dates.now))
    yield Member("README.txt", _one(about.encode()))
    yield Member("profile.json", _one(_pretty(await own_data.profile(site, who))))
    yield Member("messages-in-progress.json", _listed(own_data.unsent(site, who)))
    number = 0
    async for place in own_data.places(site, who):
        number += 1
        of_place = _discussion if place.inside else _left
        with suppress(NotFound):
            async for member in of_place(site, who, place.id, number, view):
                yield member


async def _discussion(
    site: Site, who: Identity, room: str, number: int, view: Telling
) -> AsyncIterator[Member]:
    overview = await discussions.overview(site, who, room)
    subject = harmless(overview.subject)[:LONGEST_NAME].strip() if overview.subject.strip() else ""
    folder = f"discussions/{number:05} {subject}".rstrip()
    yield Member(f"{folder}/discussion.json", as_json(site, who, overview))
    yield Member(f"{folder}/discussion.txt", _encoded(as_text(site, who, overview, view)))
    names: set[str] = set()
    async for file in _files(site, who, overview):
        name = _free(harmless(file.name), names)
        yield Member(f"{folder}/files/{name}", _content(site, who, file), is_packed_already=True)


async def _left(site: Site, who: Identity, room: str, number: int, view: Telling) -> AsyncIterator[Member]:
    words = await own_data.own_words(site, who, room)
    if words:
        yield Member(f"left/{number:05}.json", _one(_pretty(words)))


async def _files(site: Site, who: Identity, overview: Overview) -> AsyncIterator[Attached]:
    seen: set[str] = set()
    async for lines in whole(site, who, overview):
        for file in (file for line in lines for file in line.attachments):
            if file.id not in seen:
                seen.add(file.id)
                yield file


async def _content(site: Site, who: Identity, file: Attached) -> AsyncIterator[bytes]:
    """The bytes of a file, each authorised when it comes to it."""
    content = await attachments.find(site, who, file.id)
    try:
        async for piece in site.files.blobs.read(Stored(content.digest, content.place), 0, content.size):
            yield piece
    except (FileNotFoundError, StoreUnavailable):
        # One file that cannot be had does not keep her from all others; it is there, and too short.
        log.error("bytes_missing_in_export")


async def _listed(items: AsyncIterator[Any]) -> AsyncIterator[bytes]:
    between = b"[\n"
    async for item in items:
        yield between + msgspec.json.encode(item)
        between = b",\n"
    yield b"\n]\n" if between == b",\n" else b"[]\n"


async def _encoded(texts: AsyncIterator[str]) -> AsyncIterator[bytes]:
    async for text in texts:
        yield text.encode()


async def _one(content: bytes) -> AsyncIterator[bytes]:
    yield content


def _pretty(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=2)


def _free(name: str, taken: set[str]) -> str:
    """A name that no other file of the folder has, where case may not tell two apart."""
    stem, dot, ending = name.rpartition(".")
    stem, ending = (stem, f".{ending}") if stem and dot else (name, "")
    chosen, number = name, 1
    while chosen.casefold() in taken:
        number += 1
        chosen = f"{stem} ({number}){ending}"
    taken.add(chosen.casefold())
    return chosen
