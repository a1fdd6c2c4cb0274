"""What is being purged."""

from datetime import datetime

from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime


class Purge(SQLModel, table=True):
    """A discussion that everybody has left and that is being purged: the one thing that the triggers let be deleted.

    Triggers refuse a row here for anything else, so that nothing that somebody still sees can be deleted by way of it.
    The row goes with the discussion.
    """

    __tablename__ = "purge"

    message_id: str = Field(primary_key=True, sa_type=Identifier)
    begun_at: datetime = Field(sa_type=UtcDateTime)
