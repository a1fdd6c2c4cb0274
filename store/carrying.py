"""What drafts and entries carry. Plain functions on a link."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, insert, null, select, update

from store.columns import table_of
from store.pairs import by_ids, look_up_ids
from store.prepared import Link, Prepared
from store.room import CarriedFile
from store.tables import Attachment, Blob, Carried, Message

DRAFT = 0
"""The `seq` of what a draft carries."""

attachment = table_of(Attachment)
blob = table_of(Blob)
carried = table_of(Carried)
message = table_of(Message)

ATTACHED = (
    attachment.c.id,
    attachment.c.name,
    attachment.c.size,
    attachment.c.media_type,
    blob.c.width,
    blob.c.height,
)
_WITH_BLOB = attachment.join(blob, blob.c.digest == attachment.c.digest)
CARRIED_BY_LINES = Prepared(
    select(carried.c.seq, *ATTACHED)
    .select_from(carried.join(_WITH_BLOB, attachment.c.id == carried.c.attachment_id))
    .where(
        carried.c.message_id == bindparam("room"),
        carried.c.seq.between(bindparam("first"), bindparam("last")),
    )
    .order_by(carried.c.seq, carried.c.position)
)
CARRIED_BY_DRAFTS = by_ids(
    lambda wanted: (
        select(carried.c.message_id, *ATTACHED)
        .select_from(
            wanted.join(carried, and_(carried.c.message_id == wanted.c.one, carried.c.seq == DRAFT)).join(
                _WITH_BLOB, attachment.c.id == carried.c.attachment_id
            )
        )
        .order_by(carried.c.message_id, carried.c.position)
    )
)
CARRY = Prepared(insert(carried), columns=("message_id", "seq", "position", "attachment_id"))
PUT_DOWN = Prepared(delete(carried).where(carried.c.message_id == bindparam("room"), carried.c.seq == DRAFT))
SHOW_PAPERCLIP = Prepared(
    update(message).where(message.c.id == bindparam("room")).values(last_file_seq=bindparam("last"))
)
FASTEN = Prepared(update(attachment).where(attachment.c.id == bindparam("file")).values(loose_since=null()))
LOOSEN = Prepared(
    update(attachment).where(attachment.c.id == bindparam("file")).values(loose_since=bindparam("since"))
)


def carried_by_lines(
    link: Link, message_id: str, first: int, last: int
) -> dict[int, tuple[CarriedFile, ...]]:
    """What the entries numbered `first` to `last` carry, by their numbers."""
    rows = CARRIED_BY_LINES.rows(link, {"room": message_id, "first": first, "last": last})
    return _gathered(rows)


def carried_by_drafts(link: Link, message_ids: Iterable[str]) -> dict[str, tuple[CarriedFile, ...]]:
    """What these drafts carry, by their ids."""
    return _gathered(look_up_ids(link, CARRIED_BY_DRAFTS, message_ids))


def carry(link: Link, entries: Sequence[tuple[str, int, Sequence[str]]]) -> None:
    """Let just stored entries, each a (discussion, seq) and in ascending order, carry these attachments for ever."""
    rows = [
        {"message_id": room, "seq": seq, "position": position, "attachment_id": file}
        for room, seq, files in entries
        for position, file in enumerate(files)
    ]
    CARRY.run(link, rows)
    FASTEN.run(link, [{"file": row["attachment_id"]} for row in rows])
    last = {room: seq for room, seq, _ in entries}
    SHOW_PAPERCLIP.run(link, [{"room": room, "last": last[room]} for room in sorted(last)])


def carry_on(link: Link, draft_id: str, rooms: Sequence[str]) -> None:
    """Let the first entries of these rooms, which were just opened, carry for ever what a draft carries."""
    files = [one.id for one in carried_by_drafts(link, [draft_id]).get(draft_id, ())]
    if files:
        carry(link, [(room, 1, files) for room in rooms])


def carry_in_draft(link: Link, message_id: str, files: Sequence[str], now: datetime) -> None:
    """Let a draft carry these attachments instead of those that it carries."""
    before = [one.id for one in carried_by_drafts(link, [message_id]).get(message_id, ())]
    if before == list(files):
        return
    if before:
        PUT_DOWN.run(link, [{"room": message_id}])
        loosen(link, set(before) - set(files), now)
    if files:
        shared = {"message_id": message_id, "seq": DRAFT}
        CARRY.run(
            link,
            [{**shared, "position": place, "attachment_id": file} for place, file in enumerate(files)],
        )
        FASTEN.run(link, [{"file": file} for file in files])


def loosen(link: Link, files: Iterable[str], now: datetime) -> None:
    """Something does not carry these attachments any more; what nothing else carries will be purged."""
    if several := [{"file": file, "since": now} for file in sorted(files)]:
        LOOSEN.run(link, several)


def ids_by_entry(link: Link, entries: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], tuple[str, ...]]:
    """The ids of what these (discussion, seq) carry; for the rare case in which a reply comes again."""
    return {
        (room, seq): tuple(one.id for one in carried_by_lines(link, room, seq, seq).get(seq, ()))
        for room, seq in entries
    }


def _gathered(rows: Sequence[tuple[Any, ...]]) -> dict[Any, tuple[CarriedFile, ...]]:
    found: dict[Any, list[CarriedFile]] = {}
    for row in rows:
        found.setdefault(row[0], []).append(CarriedFile(*row[1:]))
    return {key: tuple(files) for key, files in found.items()}
