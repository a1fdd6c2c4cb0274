"""Favourite recipients: lists that people keep for themselves."""

from datetime import datetime

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, utc_now


class RecipientList(SQLModel, table=True):
    """A named set of people and groups that one person keeps for herself. `folded` is the name as it is looked up.

    Its members are read wherever it is written to, so that nothing hangs on a list that is gone.
    """

    __tablename__ = "recipient_list"
    __table_args__ = (UniqueConstraint("owner_id", "name"),)

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    owner_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    name: str = Field(max_length=100)
    folded: str = Field(max_length=400)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Listed(SQLModel, table=True):
    """A person or a group in a list, in its owner's order."""

    __tablename__ = "listed"
    __table_args__ = (
        CheckConstraint("(person_id IS NULL) <> (group_id IS NULL)", name="person_or_group"),
        Index(None, "person_id"),
        Index(None, "group_id"),
    )

    list_id: str = Field(foreign_key="recipient_list.id", primary_key=True, sa_type=Identifier)
    position: int = Field(primary_key=True)
    person_id: str | None = Field(default=None, foreign_key="person.id", sa_type=Identifier)
    group_id: str | None = Field(default=None, foreign_key="group.id", sa_type=Identifier)
