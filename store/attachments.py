"""Attachments: what somebody may see of them, and how much is hers.

Whoever sees an entry sees what it carries. What no entry carries yet is its owner's alone.
"""

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
)

from store.carrying import ATTACHED, DRAFT
from store.columns import table_of
from store.pairs import by_pairs, look_up
from store.prepared import Link, Prepared
from store.room import CarriedFile
from store.tables import Attachment, Blob, Carried, Message, Participation

attachment = table_of(Attachment)
blob = table_of(Blob)
carried = table_of(Carried)
message = table_of(Message)
participation = table_of(Participation)


class Content(msgspec.Struct, frozen=True):
    """Which bytes an attachment stands for, and as what they are given out."""

    name: str
    media_type: str
    digest: str
    place: str
    size: int
    preview_size: int | None


def _is_seen(person: ColumnElement[Any], outside: FromClause) -> ColumnElement[bool]:
    """Whether a person sees an attachment: through an entry within her bounds, or as hers that no entry carries."""
    in_entries = and_(carried.c.attachment_id == attachment.c.id, carried.c.seq > DRAFT)
    is_carried = exists().where(in_entries).correlate(attachment)
    seen_in_entry = (
        exists()
        .where(
            in_entries,
            participation.c.message_id == carried.c.message_id,
            participation.c.person_id == person,
            participation.c.state == "active",
            participation.c.from_seq <= carried.c.seq,
        )
        .correlate(attachment, outside)
    )
    return or_(and_(attachment.c.owner_id == person, ~is_carried), seen_in_entry)


def _seen(wanted: Subquery) -> Select[Any]:
    return (
        select(wanted.c.one, wanted.c.two, *ATTACHED)
        .select_from(
            wanted.join(attachment, attachment.c.id == wanted.c.one).join(
                blob, blob.c.digest == attachment.c.digest
            )
        )
        .where(_is_seen(wanted.c.two, wanted))
    )


def _content(wanted: Subquery) -> Select[Any]:
    return (
        select(
            attachment.c.name,
            attachment.c.media_type,
            blob.c.digest,
            blob.c.place,
            blob.c.size,
            blob.c.preview_size,
        )
        .select_from(
            wanted.join(attachment, attachment.c.id == wanted.c.one).join(
                blob, blob.c.digest == attachment.c.digest
            )
        )
        .where(_is_seen(wanted.c.two, wanted))
    )


SEEN = by_pairs(_seen)
CONTENT = by_pairs(_content)
KEPT_BY = Prepared(
    select(func.coalesce(func.sum(attachment.c.size), 0)).where(attachment.c.owner_id == bindparam("owner"))
)


def seen(link: Link, pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], CarriedFile]:
    """Those of these (attachment, person) in which the person sees the attachment."""
    return {(row[0], row[1]): CarriedFile(*row[2:]) for row in look_up(link, SEEN, pairs)}


def content_of(link: Link, attachment_id: str, person_id: str) -> Content | None:
    """The content of an attachment that this person sees; None when she sees none of this id."""
    return next((Content(*row) for row in look_up(link, CONTENT, [(attachment_id, person_id)])), None)


def kept_by(link: Link, person_id: str) -> int:
    """How many bytes the attachments of this person have in all."""
    return int(KEPT_BY.rows(link, {"owner": person_id})[0][0])
