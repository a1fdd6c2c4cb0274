"""Who is in which discussion, and who is still to come."""

from datetime import datetime

from sqlalchemy import Column, Computed, Index, String, Text, false, text
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, one_of, utc_now

UNTALLIED = (
    "tallied <> (unread > 0 AND state = 'active' AND (NOT muted OR called_seq > read_seq) "
    "AND trashed_at IS NULL)"
)
"""Participations that a badge counts, and its person's tally does not yet, or the other way round.

SQLite uses the partial index only where a query says it in these very words.
"""

SHELF = (
    "CASE WHEN state <> 'active' THEN 'left' WHEN trashed_at IS NOT NULL THEN 'trash' "
    "WHEN received AND folder_id IS NULL THEN 'inbox' ELSE 'kept' END"
)
"""Which part of the mailbox a participation stands in: what boxes are read by."""

INSIDE_SHELVES = "participation.shelf IN ('inbox', 'kept', 'trash')"
"""Participations that are active, in the words by which their index is used."""

TRASHED = "trashed_at IS NOT NULL AND state = 'active'"
"""Participations in the trash, in the words by which their index is used."""

SENT = "role = 'author' AND state = 'active' AND trashed_at IS NULL"
"""Participations in what one wrote and did not throw away, in the words by which their index is used."""


class Participation(SQLModel, table=True):
    """One person in one discussion: whether she is in it, which entries she may see, how far she has read.

    She sees `from_seq` to `until_seq` (open while active). `read_count` is how many messages and replies of
    others there are up to `read_seq`, `own_count` how many of her own in all: unread is
    `message.reply_count - own_count - read_count`. `received` says whether it belongs in her inbox (for the
    author: once somebody has answered). `last_entry_at` and `unread` mirror the room (see `mirrored_seq`).
    `tallied` says whether the person's `tally` counts this discussion among those with something unread; where it
    should say the opposite, a small index knows (see `store.tallies`).

    `muted`: nothing unread counts, until an entry mentions her (`called_seq` is the last one that did) and she has read
    that.

    `trashed_at` is the moment of the trash, `trashed_count` the room's `reply_count` in that moment: a reply after it
    brings the discussion back, with the mirror; in a room that waits for its mirror, the two counts tell. `shelf` is
    made of the others (`SHELF`).
    """

    __tablename__ = "participation"
    __table_args__ = (
        one_of("state", "active", "stopped", "removed"),
        one_of("role", "author", "to", "cc", "added"),
        Index("ix_participation_box", "person_id", "shelf", "last_entry_at", "message_id"),
        Index(
            "ix_participation_folder",
            "folder_id",
            "shelf",
            "last_entry_at",
            "message_id",
            sqlite_where=text("folder_id IS NOT NULL"),
            postgresql_where=text("folder_id IS NOT NULL"),
        ),
        Index(
            "ix_participation_sent",
            "person_id",
            "last_entry_at",
            "message_id",
            sqlite_where=text(SENT),
            postgresql_where=text(SENT),
        ),
        Index(
            "ix_participation_trashed",
            "trashed_at",
            sqlite_where=text(TRASHED),
            postgresql_where=text(TRASHED),
        ),
        Index(
            "ix_participation_untallied",
            "person_id",
            "tallied",
            sqlite_where=text(UNTALLIED),
            postgresql_where=text(UNTALLIED),
        ),
        {"sqlite_with_rowid": False},
    )

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", primary_key=True, sa_type=Identifier)
    state: str = Field(default="active", max_length=8)
    role: str = Field(max_length=8)
    from_seq: int = 1
    until_seq: int | None = None
    read_seq: int = 0
    read_count: int = 0
    own_count: int = 0
    received: bool = True
    muted: bool = False
    called_seq: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    folder_id: str | None = Field(default=None, foreign_key="folder.id", sa_type=Identifier)
    trashed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    trashed_count: int | None = None
    added_by: str | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    added_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_entry_at: datetime = Field(sa_type=UtcDateTime)
    unread: int = 0
    tallied: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    shelf: str | None = Field(default=None, sa_column=Column(String(8), Computed(SHELF, persisted=True)))


class Arrival(SQLModel, table=True):
    """People who are to come into a discussion that was just sent (see `store.arrivals`): one step of them.

    `people` is a JSON list of pairs of person and role. The row is deleted when they are in.
    """

    __tablename__ = "arrival"

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    place: int = Field(primary_key=True)
    people: str = Field(sa_type=Text)
