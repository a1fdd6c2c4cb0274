"""Attachments: files that people bring for a message or a reply, and that whoever sees its entry may have."""

from collections.abc import AsyncIterator, Sequence
from contextlib import suppress

from app.errors import FieldError, Forbidden, InvalidInput, NotFound
from app.events import Attached
from app.lines import attached
from app.rules.files import FileLimits, wrong_ids, wrong_sizes
from app.site import Identity, Site
from store.attachments import Content, content_of, seen
from store.carrying import carried_by_drafts
from store.contents import Stored, drop
from store.database import StoreUnavailable
from store.prepared import Link
from store.room import CarriedFile


async def bring(site: Site, who: Identity, name: str, chunks: AsyncIterator[bytes]) -> Attached:
    """Keep a file, which comes in chunks, as an attachment that nothing carries yet.

    Raises `FileTooLarge`, `FilesFull`, `RateLimited` or `StoreUnavailable`; then nothing is kept.
    """
    return await site.files.take(who.person_id, name, chunks)


async def find(site: Site, who: Identity, attachment_id: str) -> Content:
    """The content of an attachment that this person sees. Raises `NotFound`."""
    content = await site.database.look(lambda link: content_of(link, attachment_id, who.person_id))
    if content is None:
        raise NotFound
    return content


async def forget(site: Site, who: Identity, attachment_id: str) -> None:
    """Delete a file that this person has brought, and that nothing carries.

    Raises `NotFound`, or `Forbidden` for what a draft, message or reply carries or somebody else has brought.
    """

    def dropped(link: Link) -> list[Stored]:
        if content_of(link, attachment_id, who.person_id) is None:
            raise NotFound
        unused = drop(link, attachment_id, who.person_id)
        if unused is None:
            raise Forbidden("Something carries this file, or somebody else has brought it.")
        return unused

    unused = await site.database.transact(dropped)
    # What cannot be deleted now is found by housekeeping.
    with suppress(StoreUnavailable):
        await site.files.blobs.delete(unused)


async def named(site: Site, who: Identity, ids: Sequence[str]) -> tuple[Attached, ...]:
    """Those of these attachments that this person sees, in this order."""
    if not ids:
        return ()
    found = await site.database.look(lambda link: seen(link, [(one, who.person_id) for one in ids]))
    return attached([found[one, who.person_id] for one in ids if (one, who.person_id) in found])


def check(link: Link, limits: FileLimits, person_id: str, ids: Sequence[str]) -> tuple[Attached, ...]:
    """What this person wants to let something carry; raises `InvalidInput` for `attachments`.

    She may take whatever she sees: what she brought, and what entries carry that she sees (to forward it).
    """
    if not ids:
        return ()
    if wrong := wrong_ids(ids, limits):
        raise InvalidInput(FieldError("attachments", wrong.code, wrong.detail))
    found = seen(link, [(one, person_id) for one in ids])
    missing = [one for one in ids if (one, person_id) not in found]
    if missing:
        raise InvalidInput(FieldError("attachments", "not_found", "There is no such attachment."))
    files = [found[one, person_id] for one in ids]
    if wrong := wrong_sizes([file.size for file in files], limits):
        raise InvalidInput(FieldError("attachments", wrong.code, wrong.detail))
    return attached(files)


def check_draft(link: Link, limits: FileLimits, person_id: str, draft_id: str) -> tuple[Attached, ...]:
    """What a draft carries, when it is about to be sent; raises `InvalidInput` for what she does not see any more."""
    carried: Sequence[CarriedFile] = carried_by_drafts(link, [draft_id]).get(draft_id, ())
    return check(link, limits, person_id, [file.id for file in carried])
