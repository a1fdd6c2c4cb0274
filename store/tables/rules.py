"""The rules on who may write to whom, and whom a message did not reach."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, one_of, utc_now


class Rule(SQLModel, table=True):
    """Members of one group may write to another group.

    `reach`: to its `members` one by one, to the `group` as a whole, or `both`.
    """

    __tablename__ = "rule"
    __table_args__ = (
        UniqueConstraint("from_group_id", "to_group_id"),
        Index(None, "to_group_id"),
        one_of("reach", "members", "group", "both"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    from_group_id: str = Field(foreign_key="group.id", sa_type=Identifier)
    to_group_id: str = Field(foreign_key="group.id", sa_type=Identifier)
    reach: str = Field(max_length=8)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Unreached(SQLModel, table=True):
    """Somebody in a group that a message was addressed to who did not get it; `why` is the reason code."""

    __tablename__ = "unreached"
    __table_args__ = (Index(None, "person_id"),)

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", primary_key=True, sa_type=Identifier)
    why: str = Field(max_length=16)
