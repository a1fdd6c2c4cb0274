"""Where one keeps one's discussions: folder, trash, mute; one at a time, or many at once. It is nobody else's view."""

from datetime import datetime
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import deleting, filing
from app.errors import FieldError, InvalidInput
from app.filing import MOST_MATCHING, MOST_NAMED, Deed, Done, Everything
from app.keeping import Was
from app.mailbox import Wanted
from web.api.operation import Call, answer, done, operation
from web.api.wire import Cursor, Id, Seq, Text
from web.limits import FILING, spend

T = TypeVar("T")
Action = Literal["read", "unread", "trash", "restore", "move", "mute", "unmute", "delete", "undo"]


class Muted(msgspec.Struct, frozen=True):
    """Whether it is muted: no badge, no notification."""

    muted: bool


class Place(msgspec.Struct, frozen=True):
    """A folder of one's own, or null: none."""

    folder: Id | None


class Trashed(msgspec.Struct, frozen=True):
    """Whether it is in one's trash."""

    trashed: bool


class All(msgspec.Struct, frozen=True):
    """All that is in a box, with the filters of `GET /api/discussions`, unless something has happened in it since.

    `until` is the `last_entry_at` of the newest row that was shown: what comes in later is not meant.
    """

    box: Annotated[Text, Meta(max_length=100)]
    until: Annotated[datetime, Meta(tz=True)]
    unread: bool = False
    attachments: bool = False
    author: Id | None = msgspec.field(default=None, name="from")


class Before(msgspec.Struct, frozen=True):
    """How a discussion was kept: one of `changed`, as it came."""

    id: Id
    folder: Id | UnsetType | None = UNSET
    trashed: bool | UnsetType = UNSET
    muted: bool | UnsetType = UNSET
    read_seq: Seq | UnsetType = UNSET


class Bulk(msgspec.Struct, frozen=True):
    """What is to be done to which: those named in `ids`, or `all` of a box (`cursor`: go on with `next`).

    `move` needs `folder` (null: none). `undo` needs `changed`, as an earlier answer had it, and nothing else.
    """

    action: Action
    ids: Annotated[list[Id], Meta(max_length=MOST_NAMED)] | UnsetType = UNSET
    everything: All | UnsetType = msgspec.field(default=UNSET, name="all")
    folder: Id | UnsetType | None = UNSET
    cursor: Cursor | None = None
    changed: Annotated[list[Before], Meta(max_length=MOST_MATCHING)] | UnsetType = UNSET


@operation("Mute a discussion", takes=Muted, gives={204: None}, refuses=(404,))
async def mute(call: Call, given: Muted) -> Response:
    """A muted discussion is in no count and no notification."""
    await filing.mute(call.site, call.who, call.id(), muted=given.muted)
    return done()


@operation("File a discussion", takes=Place, gives={204: None}, refuses=(404,))
async def move(call: Call, given: Place) -> Response:
    """It is in this folder instead of the inbox, and out of the trash; null: in no folder."""
    await filing.move(call.site, call.who, call.id(), given.folder)
    return done()


@operation("Trash or restore a discussion", takes=Trashed, gives={204: None}, refuses=(404,))
async def trash(call: Call, given: Trashed) -> Response:
    """It is restored to where it was; a new reply restores it too. Others keep theirs as it is."""
    await filing.set_trashed(call.site, call.who, call.id(), trashed=given.trashed)
    return done()


@operation("Delete a discussion for good", gives={204: None}, refuses=(404,))
async def delete(call: Call) -> Response:
    """This is leaving it: the others see that one has left, and it is in none of one's boxes any more."""
    await deleting.delete(call.site, call.who, call.id())
    return done()


@operation("Do something to many discussions", takes=Bulk, gives={200: Done}, refuses=(404, 429))
async def bulk(call: Call, given: Bulk) -> Response:
    """The same as one by one. `changed` says what has changed, with how it was: sent back with `undo`, it is put back.

    What one is not in is named in `missing`. Of `all`, one request does very many; `next` is the cursor to go on with.
    """
    await spend(call.site, FILING, call.who)
    if given.action == "undo":
        changed = [_was(one) for one in _needed("changed", given.changed)]
        return answer(await filing.put_back(call.site, call.who, changed))
    folder = _needed("folder", given.folder) if given.action == "move" else None
    deed = Deed(None if given.action == "delete" else given.action, folder)
    if isinstance(given.everything, UnsetType):
        return answer(await filing.to_many(call.site, call.who, _needed("ids", given.ids), deed))
    if given.ids is not UNSET:
        raise InvalidInput(FieldError("ids", "exclusive", "Give either ids or all."))
    everything = _everything(given.everything)
    return answer(await filing.to_all(call.site, call.who, everything, deed, cursor=given.cursor))


def _needed(field: str, value: T | UnsetType) -> T:
    if isinstance(value, UnsetType):
        raise InvalidInput(FieldError(field, "missing", f"This action needs `{field}`."))
    return value


def _everything(given: All) -> Everything:
    wanted = Wanted(unread=given.unread, author=given.author, attachments=given.attachments)
    return Everything(given.box, given.until, wanted)


def _was(given: Before) -> Was:
    return Was(given.id, given.folder, given.trashed, given.muted, given.read_seq)
