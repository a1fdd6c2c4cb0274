"""Queries about people and groups. They never commit.

`folded` columns hold a name (and login) as words without accents and case, each with a space before it, so
that " mar" is found at the beginning of any word.
"""

import unicodedata
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, func, literal, select, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from store.tables import Group, Membership, Person

AnyRow = Row[*tuple[Any, ...]]

FOLDED_LENGTH = 400
_UNFOLDABLE = str.maketrans(
    {"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"}
)


def fold(text: str) -> str:
    """`text` without accents, case and punctuation: `Jean-Noël O'Brien` → `jean noel o brien`."""
    plain = unicodedata.normalize("NFKD", text.casefold()).translate(_UNFOLDABLE)
    kept = (c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join("".join(kept).split())


def folded(*texts: str) -> str:
    """What a `folded` column holds for a row with these texts."""
    return f" {' '.join(fold(text) for text in texts)}"[:FOLDED_LENGTH]


async def by_login(session: AsyncSession, login: str) -> Person | None:
    """The person with this login."""
    if "\0" in login or any("\ud800" <= c <= "\udfff" for c in login):
        return None  # no login holds these, and databases do not even look for them
    return (await session.execute(select(Person).where(col(Person.login) == login))).scalar_one_or_none()


async def by_ids(session: AsyncSession, ids: Collection[str]) -> dict[str, Person]:
    """The people with these identifiers, by identifier."""
    if not ids:
        return {}
    found = await session.execute(select(Person).where(col(Person.id).in_(ids)))
    return {person.id: person for person in found.scalars()}


async def name_of(session: AsyncSession, person_id: str) -> str | None:
    """The name of a person."""
    return (await session.execute(select(col(Person.name)).where(col(Person.id) == person_id))).scalar()


async def group_names(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """The names of these groups, by identifier."""
    if not ids:
        return {}
    rows = await session.execute(select(col(Group.id), col(Group.name)).where(col(Group.id).in_(ids)))
    return {row.id: row.name for row in rows}


async def person_names(session: AsyncSession, ids: Collection[str]) -> dict[str, str]:
    """The names of these people, by identifier."""
    if not ids:
        return {}
    rows = await session.execute(select(col(Person.id), col(Person.name)).where(col(Person.id).in_(ids)))
    return {row.id: row.name for row in rows}


async def is_in_any(session: AsyncSession, person_id: str, names: Collection[str]) -> bool:
    """Whether this person is in one of the groups with these names."""
    query = select(col(Membership.person_id)).join(Group, col(Group.id) == col(Membership.group_id))
    query = query.where(col(Membership.person_id) == person_id, col(Group.name).in_(names)).limit(1)
    return (await session.execute(query)).first() is not None


async def signature_of(session: AsyncSession, person_id: str) -> str:
    """What a person signs her messages with."""
    found = await session.execute(select(col(Person.signature)).where(col(Person.id) == person_id))
    return found.scalar() or ""


async def set_signature(session: AsyncSession, person_id: str, text: str) -> None:
    """Let a person sign with `text`."""
    await session.execute(update(Person).where(col(Person.id) == person_id).values(signature=text))


async def set_suspended(session: AsyncSession, person_id: str, at: datetime | None) -> None:
    """Suspend a person since `at`, or lift it (None)."""
    await session.execute(update(Person).where(col(Person.id) == person_id).values(suspended_at=at))


def begins_words(
    session: AsyncSession, column: ColumnElement[str] | Mapped[str], words: Sequence[str]
) -> list[ColumnElement[bool]]:
    """That the words of a `folded` column begin like each of `words`."""
    return [_position(session, column, word) > 0 for word in words]


def place_of(
    session: AsyncSession, column: ColumnElement[str] | Mapped[str], words: Sequence[str]
) -> ColumnElement[int]:
    """How early in a `folded` column the first of `words` stands."""
    place = _position(session, column, words[0]) if words else literal(0)
    return place.label("place")


def _position(
    session: AsyncSession, column: ColumnElement[str] | Mapped[str], word: str
) -> ColumnElement[int]:
    # A plain search for text: no pattern, so nothing in it needs escaping.
    find = func.strpos if session.get_bind().dialect.name == "postgresql" else func.instr
    return find(column, f" {word}", type_=None)
