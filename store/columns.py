"""Column types and defaults that the tables share, and the convention by which constraints are named."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import CheckConstraint, DateTime, Dialect, String, Table
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from uuid_utils import uuid7

# Here, because a constraint takes its name when its table is made, and every table asks for its columns first.
SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

Identifier = String(32)
Folded = String(400).with_variant(String(400, collation="C"), "postgresql")
"""Names as they are looked up (see `store.people`): compared by their code points on both databases, which is quick."""


def table_of(model: type[SQLModel]) -> Table:
    """The table under a mapped class, for Core statements on the paths that must be quick."""
    table: Table = model.__table__  # type: ignore[attr-defined]
    return table


def one_of(column: str, *values: str) -> CheckConstraint:
    """A check that a column holds one of these texts.

    SQLite answers `IN` by putting the values into a table of its own, anew for every row that is inserted.
    """
    return CheckConstraint(" OR ".join(f"{column} = '{value}'" for value in values), name=column)


def new_id() -> str:
    """A fresh identifier: a UUIDv7 in hexadecimal, sortable by time and not guessable in sequence."""
    return uuid7().hex


def is_id(text: str) -> bool:
    """Whether `text` has the form of an identifier; those that browsers make are of the same form."""
    return len(text) == Identifier.length and text.isascii() and text.isalnum()


def utc_now() -> datetime:
    """The present moment, aware, in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware moment, kept in UTC on every database (SQLite itself keeps no zone)."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """To SQLite's text directly, as SQLAlchemy's own type would write it."""
        return _to_sqlite if dialect.name == "sqlite" else super().bind_processor(dialect)

    def result_processor(self, dialect: Dialect, coltype: object) -> Callable[[Any], datetime | None] | None:
        """From SQLite's text directly."""
        return _from_sqlite if dialect.name == "sqlite" else super().result_processor(dialect, coltype)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a moment without a zone."""
        return None if value is None else _in_utc(value)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware UTC moment."""
        return None if value is None else _in_utc(value)


def _in_utc(value: datetime) -> datetime:
    if value.tzinfo is None:
        raise ValueError("a stored moment needs a time zone")
    return value.astimezone(UTC)


# The lines of one commit share their moment.
@lru_cache(maxsize=64)
def _to_sqlite(value: datetime | None) -> str | None:
    return None if value is None else _in_utc(value).replace(tzinfo=None).isoformat(" ", "microseconds")


def _from_sqlite(value: str | None) -> datetime | None:
    return None if value is None else datetime.fromisoformat(value).replace(tzinfo=UTC)
