"""Column types and defaults that the tables share."""

from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, String, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from uuid_utils import uuid7

Identifier = String(32)


def table_of(model: type[SQLModel]) -> Table:
    """The table under a mapped class, for Core statements on the paths that must be quick."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def new_id() -> str:
    """A fresh identifier: a UUIDv7 in hexadecimal, sortable by time and not guessable in sequence."""
    return uuid7().hex


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on every database (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone; hand SQLite the bare UTC reading."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a stored moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC moment."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
