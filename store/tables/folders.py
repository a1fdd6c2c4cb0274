"""Where people keep their discussions: folders of their own."""

from datetime import datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, utc_now


class Folder(SQLModel, table=True):
    """A folder of one person's, within another one of hers or (`parent_id` None) beside the boxes.

    `beside` names what it is in: the other folder, or the person herself. `folded` is the name as it is compared:
    unique beside each other, case ignored. `tally` is the number of her
    participations in it that are `tallied` (see `store.tallies`).
    """

    __tablename__ = "folder"
    __table_args__ = (
        UniqueConstraint("beside", "folded"),
        Index(None, "person_id"),
        Index(None, "parent_id"),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    person_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    parent_id: str | None = Field(default=None, foreign_key="folder.id", sa_type=Identifier)
    beside: str = Field(sa_type=Identifier)
    name: str = Field(max_length=50)
    folded: str = Field(max_length=200)
    tally: int = Field(default=0, sa_column_kwargs={"server_default": text("0")})
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
