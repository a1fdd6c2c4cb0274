"""Contents: each is kept once, whoever gives it how often, and goes when nothing refers to it. On a link."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy import bindparam, delete, exists, insert, null, select, update
from sqlalchemy.dialects import postgresql, sqlite

from store.columns import UtcDateTime, table_of
from store.pairs import by_ids, look_up_ids
from store.prepared import Link, Prepared
from store.tables import Attachment, Blob, Carried, Person

attachment = table_of(Attachment)
blob = table_of(Blob)
carried = table_of(Carried)
person = table_of(Person)


class NewContent(msgspec.Struct, frozen=True):
    """A content whose bytes are in the blob store under `digest` and `place`, and its preview if there is one."""

    digest: str
    place: str
    size: int
    preview_size: int | None
    width: int | None
    height: int | None
    created_at: datetime


class NewAttachment(msgspec.Struct, frozen=True):
    """An attachment as it is first kept: nothing refers to it."""

    id: str
    owner_id: str
    digest: str
    name: str
    size: int
    media_type: str
    created_at: datetime
    loose_since: datetime


class Stored(msgspec.Struct, frozen=True, order=True):
    """Where the bytes of a content are."""

    digest: str
    place: str


HOLD_PERSON = Prepared(select(person.c.id).where(person.c.id == bindparam("owner")).with_for_update())
KEEP = Prepared(
    {
        "sqlite": sqlite.insert(blob).on_conflict_do_nothing(index_elements=["digest"]),
        "postgresql": postgresql.insert(blob).on_conflict_do_nothing(index_elements=["digest"]),
    },
    columns=NewContent.__struct_fields__,
)
KEPT = Prepared(
    select(blob.c.place, blob.c.width, blob.c.height)
    .where(blob.c.digest == bindparam("content"))
    .with_for_update(key_share=True, read=True)
)
GIVE = Prepared(insert(attachment), columns=NewAttachment.__struct_fields__)
_IS_CARRIED = exists().where(carried.c.attachment_id == attachment.c.id).correlate(attachment)
LOOSE = Prepared(
    select(attachment.c.id, attachment.c.digest, _IS_CARRIED)
    .where(attachment.c.loose_since < bindparam("before", type_=UtcDateTime()))
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
FASTEN = Prepared(update(attachment).where(attachment.c.id == bindparam("file")).values(loose_since=null()))
OWN = Prepared(
    select(attachment.c.digest, _IS_CARRIED)
    .where(attachment.c.id == bindparam("file"), attachment.c.owner_id == bindparam("owner"))
    .with_for_update(of=attachment)
)
DROP = Prepared(delete(attachment).where(attachment.c.id == bindparam("file")))
UNUSED = by_ids(
    lambda wanted: (
        select(blob.c.digest, blob.c.place)
        .select_from(wanted.join(blob, blob.c.digest == wanted.c.one))
        .where(~exists().where(attachment.c.digest == blob.c.digest).correlate(blob))
        .with_for_update(of=blob)
    )
)
FORGET = Prepared(delete(blob).where(blob.c.digest == bindparam("content")))
KNOWN = by_ids(
    lambda wanted: select(blob.c.digest, blob.c.place).select_from(
        wanted.join(blob, blob.c.digest == wanted.c.one)
    )
)


def hold_person(link: Link, person_id: str) -> None:
    """Keep others from adding to this person's attachments until the transaction ends."""
    HOLD_PERSON.rows(link, {"owner": person_id})


def keep(link: Link, content: NewContent) -> tuple[str, int | None, int | None]:
    """Keep a content unless it is there already; where its bytes are now, and its preview's width and height.

    If that is not `content.place`, its bytes are not needed.
    """
    while True:
        KEEP.insert(link, [content])
        # On PostgreSQL a purge may have taken it between the two statements.
        if found := KEPT.rows(link, {"content": content.digest}):
            [(place, width, height)] = found
            return place, width, height


def find(link: Link, digest: str) -> bool:
    """Whether this content is kept."""
    return bool(look_up_ids(link, KNOWN, [digest]))


def give(link: Link, new: NewAttachment) -> None:
    """Make an attachment of a content that is kept."""
    GIVE.insert(link, [new])


def purge(link: Link, before: datetime, most: int) -> tuple[int, list[Stored]]:
    """Delete up to `most` attachments that nothing has carried since `before`, and the contents that only they used.

    How many were looked at, and where the bytes are that nothing refers to any more once this is committed.
    """
    found = LOOSE.rows(link, {"before": before, "most": most})
    if held := [{"file": file} for file, _, is_carried in found if is_carried]:
        FASTEN.run(link, held)
    return len(found), _drop(link, [(file, digest) for file, digest, is_carried in found if not is_carried])


def drop(link: Link, attachment_id: str, owner_id: str) -> list[Stored] | None:
    """Delete an attachment of this person's that nothing carries; None where it is none.

    Where the bytes are that nothing refers to any more once this is committed.
    """
    found = OWN.rows(link, {"file": attachment_id, "owner": owner_id})
    if not found or found[0][1]:
        return None
    return _drop(link, [(attachment_id, found[0][0])])


def known(link: Link, stored: Sequence[Stored]) -> set[Stored]:
    """Those of these places at which a kept content has its bytes."""
    return {Stored(*row) for row in look_up_ids(link, KNOWN, {one.digest for one in stored})} & set(stored)


def _drop(link: Link, loose: Sequence[tuple[str, str]]) -> list[Stored]:
    if not loose:
        return []
    DROP.run(link, [{"file": file} for file, _ in loose])
    unused = [Stored(*row) for row in look_up_ids(link, UNUSED, sorted({digest for _, digest in loose}))]
    if unused:
        FORGET.run(link, [{"content": one.digest} for one in unused])
    return unused
