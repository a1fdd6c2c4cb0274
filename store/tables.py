"""The tables. Constraints and indexes carry names; what they mean stands beside each.

Nothing here decides who may do what, and nothing here is created at import: Alembic owns the schema.
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, Text, UniqueConstraint, false, text
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, utc_now

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Person(SQLModel, table=True):
    """Somebody with an account. `folded` is what first letters are looked up in (see `store.people`).

    `tally` is the number of her participations that are `tallied`.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("login"),
        CheckConstraint("role IN ('member', 'announcer', 'operator', 'admin')", name="role"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    login: str = Field(max_length=100)
    name: str = Field(max_length=200)
    folded: str = Field(max_length=400)
    email: str | None = Field(default=None, max_length=254)
    role: str = Field(default="member", max_length=16)
    password_hash: str | None = Field(default=None, max_length=255)
    language: str = Field(default="en", max_length=8)
    time_zone: str = Field(default="Europe/Paris", max_length=64)
    messaging: bool = True
    suspended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    tally: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})


class Session(SQLModel, table=True):
    """A sign-in from a browser. Only a hash of the cookie's secret is kept."""

    __tablename__ = "session"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    token_hash: str = Field(max_length=64)
    user_agent: str = Field(default="", max_length=300)
    address: str = Field(default="", max_length=64)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class AccessToken(SQLModel, table=True):
    """A personal access token for programs. Only a hash of it is kept."""

    __tablename__ = "access_token"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    token_hash: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Group(SQLModel, table=True):
    """A named set of people, managed by admins."""

    __tablename__ = "group"
    __table_args__ = (UniqueConstraint("name"),)

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    name: str = Field(max_length=200)
    folded: str = Field(max_length=400)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """One person in one group."""

    __tablename__ = "membership"
    __table_args__ = (Index(None, "person_id"),)

    group_id: str = Field(foreign_key="group.id", primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", primary_key=True, sa_type=Identifier)


class Message(SQLModel, table=True):
    """What somebody wrote; once sent, the room that it is, and the head of that room's log.

    `reply_count` counts the entries up to `head_seq` that count as unread for others (message and replies).
    `mirrored_seq` is the head that the participations' mirrored columns agree with; where it lags behind
    `head_seq`, boxes and counts look at this row instead. `answered` says whether anybody but the author
    has written.
    """

    __tablename__ = "message"
    __table_args__ = (
        CheckConstraint("kind IN ('message', 'memo', 'announcement')", name="kind"),
        CheckConstraint("state IN ('draft', 'sent')", name="state"),
        CheckConstraint("reply_policy IN ('everyone', 'nobody')", name="reply_policy"),
        CheckConstraint(
            "starts_at IS NULL OR ends_at IS NULL OR ends_at >= starts_at", name="ends_after_start"
        ),
        Index(None, "author_id", "state", "updated_at"),
        Index(
            "ix_message_sent",
            "author_id",
            "last_entry_at",
            "id",
            sqlite_where=text("state = 'sent'"),
            postgresql_where=text("state = 'sent'"),
        ),
        Index(
            "ix_message_unmirrored",
            "id",
            sqlite_where=text("mirrored_seq < head_seq"),
            postgresql_where=text("mirrored_seq < head_seq"),
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
    answered: bool = False
    last_entry_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Recipient(SQLModel, table=True):
    """How a message was addressed: a person or a group, in the order the writer chose."""

    __tablename__ = "recipient"
    __table_args__ = (
        CheckConstraint("role IN ('to', 'cc')", name="role"),
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
        CheckConstraint("kind IN ('message', 'reply', 'added', 'removed', 'stopped')", name="kind"),
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


UNTALLIED = "tallied <> (unread > 0 AND state = 'active' AND NOT muted AND trashed_at IS NULL)"
"""Participations that a badge counts, and its person's tally does not yet, or the other way round.

SQLite uses the partial index only where a query says it in these very words.
"""


class Participation(SQLModel, table=True):
    """One person in one discussion: whether she is in it, which entries she may see, how far she has read.

    She sees `from_seq` to `until_seq` (open while active). `read_count` is how many messages and replies of
    others there are up to `read_seq`, `own_count` how many of her own in all: unread is
    `message.reply_count - own_count - read_count`. `received` says whether it belongs in her inbox (for the
    author: once somebody has answered). `last_entry_at` and `unread` mirror the room (see `mirrored_seq`).
    `tallied` says whether the person's `tally` counts this discussion among those with something unread; where it
    should say the opposite, a small index knows (see `store.tallies`).
    """

    __tablename__ = "participation"
    __table_args__ = (
        CheckConstraint("state IN ('active', 'stopped', 'removed')", name="state"),
        CheckConstraint("role IN ('author', 'to', 'cc', 'added')", name="role"),
        Index("ix_participation_box", "person_id", "state", "last_entry_at", "message_id"),
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
    trashed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    added_by: str | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    added_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    last_entry_at: datetime = Field(sa_type=UtcDateTime)
    unread: int = 0
    tallied: bool = Field(default=False, sa_column_kwargs={"server_default": false()})


class Arrival(SQLModel, table=True):
    """People who are to come into a discussion that was just sent (see `store.arrivals`): one step of them.

    `people` is a JSON list of pairs of person and role. The row is deleted when they are in.
    """

    __tablename__ = "arrival"

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    place: int = Field(primary_key=True)
    people: str = Field(sa_type=Text)
