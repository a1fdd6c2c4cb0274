"""Files: contents, the attachments that people made of them, and what carries which."""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from store.columns import Identifier, UtcDateTime, new_id, utc_now


class Blob(SQLModel, table=True):
    """A content that is stored, once. Its bytes are in the blob store, under `digest` and `place`.

    `digest` is its SHA-256 in hexadecimal. `place` is new each time the content comes, so that a purge which is under
    way can never delete what has just come again. Where there is a preview, `preview_size` are its bytes, `width` and
    `height` its pixels.
    """

    __tablename__ = "blob"
    __table_args__ = (CheckConstraint("size >= 0", name="size"),)

    digest: str = Field(primary_key=True, max_length=64)
    place: str = Field(sa_type=Identifier)
    size: int = Field(sa_type=BigInteger)
    preview_size: int | None = None
    width: int | None = None
    height: int | None = None
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)


class Attachment(SQLModel, table=True):
    """A file as its owner gave it: a name for a content.

    `loose_since` is since when no draft and no entry may refer to it any more; what is loose for long is purged.
    """

    __tablename__ = "attachment"
    __table_args__ = (
        Index(None, "owner_id"),
        Index(None, "digest"),
        Index(
            "ix_attachment_loose",
            "loose_since",
            sqlite_where=text("loose_since IS NOT NULL"),
            postgresql_where=text("loose_since IS NOT NULL"),
        ),
    )

    id: str = Field(default_factory=new_id, primary_key=True, sa_type=Identifier)
    owner_id: str = Field(foreign_key="person.id", sa_type=Identifier)
    digest: str = Field(foreign_key="blob.digest", max_length=64)
    name: str = Field(max_length=200)
    size: int = Field(sa_type=BigInteger)
    media_type: str = Field(max_length=120)
    created_at: datetime = Field(default_factory=utc_now, sa_type=UtcDateTime)
    loose_since: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Carried(SQLModel, table=True):
    """Which attachments an entry carries, in the writer's order; those of a draft have `seq` 0.

    What an entry carries never changes: triggers refuse it, as they do for entries.
    """

    __tablename__ = "carried"
    __table_args__ = (
        CheckConstraint("seq >= 0", name="seq"),
        Index(None, "attachment_id"),
        {"sqlite_with_rowid": False},
    )

    message_id: str = Field(foreign_key="message.id", primary_key=True, sa_type=Identifier)
    seq: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    attachment_id: str = Field(foreign_key="attachment.id", sa_type=Identifier)
