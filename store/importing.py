"""Statements that import many people and groups at once. They never commit."""

from collections.abc import Collection, Iterator, Sequence
from itertools import groupby
from typing import Any, TypeVar

from sqlalchemy import bindparam, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlmodel import SQLModel, col

from store.tables import Group, Membership, Person

T = TypeVar("T")

# PostgreSQL's statements have a few seconds each; this many rows take milliseconds.
BATCH = 1000

NEW_PERSON: dict[str, Any] = {
    "email": None,
    "role": "member",
    "password_hash": None,
    "language": "en",
    "time_zone": "Europe/Paris",
    "messaging": True,
    "suspended_at": None,
    "last_seen_at": None,
}
"""What a new person is where an import says nothing, so that all rows have the same columns."""


async def people_by_login(session: AsyncSession) -> dict[str, dict[str, Any]]:
    """What an import may change of everybody, by login; `id`, and whether she is `suspended`."""
    rows = await session.execute(
        select(
            col(Person.id),
            col(Person.login),
            col(Person.name),
            col(Person.folded),
            col(Person.email),
            col(Person.role),
            col(Person.language),
            col(Person.messaging),
            col(Person.last_seen_at),
            col(Person.suspended_at).is_not(None).label("suspended"),
        )
    )
    return {row["login"]: dict(row) for row in rows.mappings()}


async def group_ids(session: AsyncSession) -> dict[str, str]:
    """Every group's identifier, by name."""
    rows = await session.execute(select(col(Group.name), col(Group.id)))
    return {row.name: row.id for row in rows}


async def memberships(session: AsyncSession, group_ids: Collection[str]) -> set[tuple[str, str]]:
    """Who is in these groups: pairs of group and person."""
    query = select(col(Membership.group_id), col(Membership.person_id))
    rows = await session.execute(query.where(col(Membership.group_id).in_(group_ids)))
    return {(row.group_id, row.person_id) for row in rows}


async def insert_people(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Create people, given as columns of `person`."""
    await _insert(session, Person, rows)


async def update_people(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Change people: each row has an `id` and the columns that it sets."""
    connection = await session.connection()
    for columns, alike in groupby(sorted(rows, key=_columns_of), key=_columns_of):
        values: dict[str, Any] = {column: bindparam(f"new_{column}") for column in columns if column != "id"}
        query = update(Person).where(col(Person.id) == bindparam("new_id")).values(values)
        for batch in batches([{f"new_{key}": value for key, value in row.items()} for row in alike]):
            await connection.execute(query, batch)


async def insert_groups(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Create groups, given as columns of `group`."""
    await _insert(session, Group, rows)


async def insert_memberships(session: AsyncSession, pairs: Sequence[tuple[str, str]]) -> None:
    """Put people into groups: pairs of group and person."""
    await _insert(session, Membership, [{"group_id": group, "person_id": person} for group, person in pairs])


async def take_stock(session: AsyncSession) -> None:
    """Let PostgreSQL see how much there is now: it plans by what it knows, and looks by itself only later."""
    if session.get_bind().dialect.name == "postgresql":
        await session.execute(text('ANALYZE person, "group", membership, rule'))


async def _insert(session: AsyncSession, table: type[SQLModel], rows: Sequence[dict[str, Any]]) -> None:
    # On the connection: the mapper would leave out what is None and so break a batch into many statements.
    connection = await session.connection()
    for batch in batches(rows):
        await connection.execute(insert(table), batch)


def _columns_of(row: dict[str, Any]) -> list[str]:
    return sorted(row)


def batches(rows: Sequence[T]) -> Iterator[list[T]]:
    """`rows` in parts that one statement takes."""
    for start in range(0, len(rows), BATCH):
        yield list(rows[start : start + BATCH])
