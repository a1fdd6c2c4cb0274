"""What is written: messages, whom they are addressed to, and the log of each discussion."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, one_of, utc_now

ABANDONED = "state = 'sent' AND participant_count = 0"
"""Messages that everybody has left, in the words by which their index is used."""


class Message(SQLModel, table=True):
    """What somebody wrote; once sent, the room that it is, and the head of that room's log.

    `reply_count` counts the entries up to `head_seq` that count as unread for others (message and replies).
    `mirrored_seq` is the head that the participations' mirrored columns agree with; where it lags behind
    `head_seq`, boxes and counts look at this row instead. `indexed_seq` is how far search has read the log.
    `answered` says whether anybody but the author has written.

    `held`: its author has sent it and may still take it back; nobody has it, and it leaves at `leaves_at`, because of
    `held_for`: some seconds to `undo` it, a `later` time that she chose, or `quiet` hours. It came back at
    `returned_at` when it could not leave. What is `urgent` waits for no quiet hours, and its readers see so.

    Sent `separately`, a message is no room itself: it has no entry, and each of its recipients has a room of her own
    with the author, which is `separate_of` it.
    """

    __tablename__ = "message"
    __table_args__ = (
        one_of("kind", "message", "memo", "announcement"),
        one_of("state", "draft", "held", "sent"),
        one_of("reply_policy", "everyone", "nobody"),
        one_of("held_for", "undo", "later", "quiet"),
        CheckConstraint(
            "starts_at IS NULL OR ends_at IS NULL OR ends_at >= starts_at", name="ends_after_start"
        ),
        Index(None, "author_id", "state", "updated_at"),
        Index(
            "ix_message_unmirrored",
            "id",
            sqlite_where=text("mirrored_seq < head_seq"),
            postgresql_where=text("mirrored_seq < head_seq"),
        ),
        Index(
            "ix_message_unindexed",
            "id",
            sqlite_where=text("indexed_seq < head_seq"),
            postgresql_where=text("indexed_seq < head_seq"),
        ),
        Index(
            "ix_message_abandoned",
            "last_entry_at",
            sqlite_where=text(ABANDONED),
            postgresql_where=text(ABANDONED),
        ),
        Index(
            "ix_message_held",
            "leaves_at",
            "id",
            sqlite_where=text("state = 'held'"),
            postgresql_where=text("state = 'held'"),
        ),
        Index(
            "ix_message_separate_of",
            "separate_of",
            sqlite_where=text("separate_of IS NOT NULL"),
            postgresql_where=text("separate_of IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    kind: str = Field(default="message", max_length=16)
    author_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    subject: str = Field(default="", max_length=200)
    body: str = Field(default="", sa_type=Text)
    state: str = Field(default="draft", max_length=8)
    version: int = 1
    reply_policy: str = Field(default="everyone", max_length=16)
    starts_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ends_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    updated_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    sent_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    head_seq: int = 0
    reply_count: int = 0
    participant_count: int = 0
    mirrored_seq: int = 0
    indexed_seq: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    last_file_seq: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    answered: bool = False
    last_entry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    leaves_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    held_for: str | None = Field(default=None, max_length=8)
    returned_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    urgent: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    separately: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    separate_of: str | None = Field(default=None, foreign_key="message.id", sa_type=Identifier)


class Recipient(SQLModel, table=True):
    """How a message was addressed: a person or a group, in the order the writer chose."""

    __tablename__ = "recipient"
    __table_args__ = (
        one_of("role", "to", "cc"),
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="person_or_group"),
    )

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    position: int = Field(primary_key=True)
    role: str = Field(max_length=2)
    person_id: str | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    group_id: str | None = Field(default=None, foreign_key="group.id", sa_type=Identifier)


class Entry(SQLModel, table=True):
    """One numbered line of a discussion's log. Never updated, never deleted: triggers refuse it.

    The opening message is entry 1. `reply_count` is how many entries up to and including this one are
    messages or replies, so that unread is a subtraction.
    """

    __tablename__ = "entry"
    __table_args__ = (
        UniqueConstraint("author_id", "client_id"),
        one_of("kind", "message", "reply", "added", "removed", "stopped"),
        CheckConstraint("seq >= 1", name="seq"),
        {"sqlite_with_rowid": False},
    )

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    seq: int = Field(primary_key=True)
    kind: str = Field(max_length=16)
    author_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    client_id: str | None = Field(default=None, max_length=64)
    body: str = Field(default="", sa_type=Text)
    about_person_id: str | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    reply_to_seq: int | None = None
    reply_count: int
    created_at: datetime = Field(sa_type=UtcDateTime)


class Mention(SQLModel, table=True):
    """Whom a reply names with `@`: participants at the moment in which it was stored."""

    __tablename__ = "mention"
    __table_args__ = ({"sqlite_with_rowid": False},)

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    seq: int = Field(primary_key=True)
    person_id: str = Field(foreign_key="person.id", primary_key=True, sa_type=Identifier)
