"""Ways into an account besides its password, and what admins and operators did."""

from datetime import datetime

from sqlalchemy import Index, Text, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, one_of, utc_now


class AccountLink(SQLModel, table=True):
    """A link that lets somebody choose a password, once. Only a hash of its secret is kept."""

    __tablename__ = "account_link"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index(None, "person_id"),
        one_of("purpose", "invitation", "reset"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    purpose: str = Field(max_length=16)
    token_hash: str = Field(max_length=64)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class ProvidedIdentity(SQLModel, table=True):
    """Somebody as an OpenID provider knows her."""

    __tablename__ = "provided_identity"
    __table_args__ = (Index(None, "person_id"),)

    issuer: str = Field(max_length=255, primary_key=True)
    subject: str = Field(max_length=255, primary_key=True)
    person_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Audit(SQLModel, table=True):
    """One thing that an admin or operator did: append only, by trigger.

    No `actor_id`: from the command line. `about` names what it was about as it was called then.
    """

    __tablename__ = "audit"

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    actor_id: str | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    action: str = Field(max_length=40)
    about_id: str | None = Field(default=None, sa_type=Identifier)
    about: str = Field(default="", max_length=200, sa_column_kwargs={"server_default": ""})
    detail: str = Field(default="", sa_type=Text, sa_column_kwargs={"server_default": ""})
