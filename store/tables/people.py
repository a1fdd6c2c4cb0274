"""People, the groups they are in, and their sign-ins."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint, false, text, true
from sqlmodel import Field, SQLModel

from store.columns import Folded, Identifier, UtcDateTime, new_id, one_of, utc_now


class Person(SQLModel, table=True):
    """Somebody with an account. `folded` is what first letters are looked up in (see `store.people`).

    `tally` is the number of her participations that are `tallied`. `messaging` is off for who opted out;
    `shares_email` shows her address to those who may write to her when she cannot be reached here; `read_receipts` lets
    others see how far she has read. Empty `theme` and `sending_key`: as the browser has it, as the site has it.
    Who is erased leaves her row behind, without anything of hers.
    """

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("login"),
        Index(None, "folded", "id"),
        one_of("role", "member", "announcer", "operator", "admin"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    login: str = Field(max_length=100)
    name: str = Field(max_length=200)
    folded: str = Field(sa_type=Folded)
    email: str | None = Field(default=None, max_length=254)
    role: str = Field(default="member", max_length=16)
    password_hash: str | None = Field(default=None, max_length=255)
    language: str = Field(default="en", max_length=8)
    time_zone: str = Field(default="Europe/Paris", max_length=64)
    messaging: bool = True
    suspended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    last_seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    signature: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
    tally: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    hides_presence: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    shares_email: bool = Field(default=False, sa_column_kwargs={"server_default": false()})
    read_receipts: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    shortcuts: bool = Field(default=True, sa_column_kwargs={"server_default": true()})
    theme: str = Field(default="", max_length=8, sa_column_kwargs={"server_default": ""})
    sending_key: str = Field(default="", max_length=16, sa_column_kwargs={"server_default": ""})
    erased_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


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
    """A personal access token for programs. Only a hash of it is kept. `name` says what it is for."""

    __tablename__ = "access_token"
    __table_args__ = (UniqueConstraint("token_hash"), Index(None, "person_id"))

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    token_hash: str = Field(max_length=64)
    name: str = Field(default="", max_length=100, sa_column_kwargs={"server_default": ""})
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    seen_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    ended_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Group(SQLModel, table=True):
    """A named set of people, managed by admins."""

    __tablename__ = "group"
    __table_args__ = (UniqueConstraint("name"),)

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    name: str = Field(max_length=200)
    folded: str = Field(sa_type=Folded)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Membership(SQLModel, table=True):
    """One person in one group."""

    __tablename__ = "membership"
    __table_args__ = (Index(None, "person_id"),)

    group_id: str = Field(foreign_key="group.id", primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", primary_key=True, sa_type=Identifier)
