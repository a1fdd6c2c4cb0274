"""The search for those whom somebody may write to: filtered where it is looked, so that a limit counts only them."""

from collections.abc import Sequence
from typing import Literal

import msgspec
from sqlalchemy import ColumnElement, bindparam, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped
from sqlmodel import col

from store.people import begins_words, place_of
from store.rules import MEMBERS_LED_TO, WHOLE_LED_TO
from store.tables import Group, Membership, Person

After = tuple[str, str]
"""The `folded` name and the identifier of the last one of the page before."""
BEFORE_ALL: After = ("", "")
LAST = "\U0010ffff"
"""The last of all code points."""


Among = Literal["all", "foremost", "named"]
"""Of whom the first are wanted: all who match; those whose first word does, who come before all others; or those who
are in a group whose members the writer's rules open."""


class FoundPerson(msgspec.Struct, frozen=True):
    """Somebody who may be written to; `place` says how early the first searched word stands in `folded`."""

    place: int
    id: str
    name: str
    login: str
    folded: str


class FoundGroup(msgspec.Struct, frozen=True):
    """A group that may be written to as a whole, and how many are in it."""

    place: int
    id: str
    name: str
    folded: str
    size: int


async def people_for(
    session: AsyncSession,
    writer_id: str,
    words: Sequence[str],
    *,
    limit: int,
    after: After | None = None,
    among: Among = "all",
) -> list[FoundPerson]:
    """People with words that begin like each of `words`.

    The earliest word first, then by name; `after` somebody (or `BEFORE_ALL`): by name alone. Without the writer, who
    is suspended, and who does not use the messaging.
    """
    place = place_of(session, col(Person.folded), words)
    query = select(place, col(Person.id), col(Person.name), col(Person.login), col(Person.folded)).where(
        col(Person.suspended_at).is_(None),
        col(Person.messaging),
        col(Person.id) != bindparam("writer"),
        *begins_words(session, col(Person.folded), words),
    )
    match among:
        case "foremost":
            query = query.where(*_begins(col(Person.folded), words[0]))
        case "named":
            query = query.where(col(Person.id).in_(MEMBERS_LED_TO))
    order = [col(Person.folded), col(Person.id)]
    if after is not None:
        query = query.where(tuple_(*order) > after)
    query = query.order_by(*_first(place, words, after), *order).limit(limit)
    return [FoundPerson(*row) for row in await session.execute(query, {"writer": writer_id})]


async def groups_for(
    session: AsyncSession,
    words: Sequence[str],
    *,
    limit: int,
    after: After | None = None,
    opened_to: str | None = None,
) -> list[FoundGroup]:
    """Groups that match, in the same way; `opened_to`: those that a rule opens as a whole to this writer."""
    place = place_of(session, col(Group.folded), words)
    size = (
        select(func.count())
        .where(col(Membership.group_id) == col(Group.id))
        .correlate(Group)
        .scalar_subquery()
    )
    query = select(place, col(Group.id), col(Group.name), col(Group.folded), size).where(
        *begins_words(session, col(Group.folded), words)
    )
    if opened_to is not None:
        query = query.where(col(Group.id).in_(WHOLE_LED_TO))
    order = [col(Group.folded), col(Group.id)]
    if after is not None:
        query = query.where(tuple_(*order) > after)
    query = query.order_by(*_first(place, words, after), *order).limit(limit)
    return [FoundGroup(*row) for row in await session.execute(query, {"writer": opened_to})]


async def place_after(session: AsyncSession, kind: str, one: str) -> After | None:
    """Behind this `person` or `group`; None if there is none."""
    table: type[Person] | type[Group] = Person if kind == "person" else Group
    if kind not in ("person", "group"):
        return None
    row = (await session.execute(select(col(table.folded)).where(col(table.id) == one))).first()
    return None if row is None else (row.folded, one)


def _begins(folded: ColumnElement[str] | Mapped[str], word: str) -> tuple[ColumnElement[bool], ...]:
    # A range, which an index in the order of code points answers; a pattern would need another one.
    return folded >= f" {word}", folded < f" {word}{LAST}"


def _first(place: ColumnElement[int], words: Sequence[str], after: After | None) -> list[ColumnElement[int]]:
    """Nothing to sort by where nothing was typed: the index has people in their order."""
    return [place] if words and after is None else []
