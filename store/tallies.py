"""How many discussions of a person hold something unread: a tally, and the few that it does not know yet.

Counting them all would take as long as there are many. Keeping one number up to date with every reply would make all
who write to the same people wait for each other. So the number is brought up to date now and then, each participation
remembers whether it is in it, and a partial index holds just those for which that is no longer right. Both are read
in one statement, and so the count is exact at any moment.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from sqlalchemy import (
    Integer,
    Select,
    Subquery,
    bindparam,
    case,
    func,
    not_,
    select,
    text,
    true,
    union_all,
    update,
)
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.pairs import by_ids, look_up_ids
from store.prepared import Link, Prepared, through
from store.tables import UNTALLIED, Folder, Participation, Person

AT_ONCE = 1000
"""Participations in one transaction."""
MOST_UNTALLIED = 50
"""Participations that may be out of date before it is worth a transaction; counting them takes no time."""

person = table_of(Person)
participation = table_of(Participation)
folder = table_of(Folder)

# The first part is always so: with it, SQLite never takes another index for as good as the one of just these.
OUTDATED = text(f"participation.tallied IN (true, false) AND {UNTALLIED}")
_CHANGE = func.coalesce(func.sum(case((participation.c.tallied, -1), else_=1)), 0)
_SINCE = (
    select(_CHANGE)
    .where(participation.c.person_id == person.c.id, OUTDATED)
    .correlate(person)
    .scalar_subquery()
)
TALLIES = by_ids(
    lambda wanted: select(person.c.id, person.c.tally + _SINCE).select_from(
        wanted.join(person, person.c.id == wanted.c.one)
    )
)


def _changes(wanted: Subquery) -> Select[Any]:
    return (
        select(participation.c.person_id, participation.c.folder_id, _CHANGE)
        .select_from(wanted.join(participation, participation.c.person_id == wanted.c.one))
        .where(OUTDATED, participation.c.folder_id.is_not(None))
        .group_by(participation.c.person_id, participation.c.folder_id)
    )


def _changes_of_each(wanted: Subquery) -> Select[Any]:
    # PostgreSQL cannot know how few are out of date. Joined, it would read those of everybody.
    of_one = (
        select(participation.c.folder_id, _CHANGE.label("change"))
        .where(participation.c.person_id == wanted.c.one, OUTDATED, participation.c.folder_id.is_not(None))
        .group_by(participation.c.folder_id)
        .lateral()
    )
    return select(wanted.c.one, of_one.c.folder_id, of_one.c.change).select_from(wanted.join(of_one, true()))


def _folder_tallies(changes: Callable[[Subquery], Select[Any]]) -> Callable[[Subquery], Select[Any]]:
    # One statement, because a tally that is brought up to date meanwhile must be seen as a whole or not at all.
    return lambda wanted: select(
        union_all(
            select(folder.c.person_id, folder.c.id, folder.c.tally).select_from(
                wanted.join(folder, folder.c.person_id == wanted.c.one)
            ),
            changes(wanted),
        ).subquery()
    )


FOLDER_TALLIES = by_ids(_folder_tallies(_changes), postgresql=_folder_tallies(_changes_of_each))
OVERDUE = by_ids(
    lambda wanted: select(wanted.c.one).where(
        select(participation.c.message_id)
        .where(participation.c.person_id == wanted.c.one, OUTDATED)
        .offset(bindparam("most", type_=Integer))
        .limit(1)
        .exists()
    )
)
# Whoever writes to one of these rows at this moment is not waited for: it is tallied the next time.
OUT_OF_DATE = (
    select(participation.c.message_id, participation.c.tallied, participation.c.folder_id)
    .where(participation.c.person_id == bindparam("person"), OUTDATED)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
TURN = (
    update(participation)
    .where(
        participation.c.person_id == bindparam("owner"),
        participation.c.message_id.in_(bindparam("rooms", expanding=True)),
    )
    .values(tallied=not_(participation.c.tallied))
)
ADD = (
    update(person).where(person.c.id == bindparam("owner")).values(tally=person.c.tally + bindparam("change"))
)

ADD_TO_FOLDER = Prepared(
    update(folder).where(folder.c.id == bindparam("place")).values(tally=folder.c.tally + bindparam("change"))
)


def overdue(link: Link, people: Iterable[str], most: int = MOST_UNTALLIED) -> list[str]:
    """Those of these people whose tally is out of date by more than `most` discussions."""
    return [row[0] for row in look_up_ids(link, OVERDUE, people, most=most)]


def shift_folders(link: Link, changes: Mapping[str | None, int]) -> None:
    """Let the tallies of folders grow by so much (None: no folder), in one order on every node."""
    moved = [{"place": one, "change": changes[one]} for one in sorted(filter(None, changes)) if changes[one]]
    if moved:
        ADD_TO_FOLDER.run(link, moved)


async def tally_step(session: AsyncSession, person_id: str, *, most: int = AT_ONCE) -> bool:
    """Bring a person's tally, and those of her folders, up to date with at most so many discussions.

    Whether there may be more.
    """
    connection = await session.connection()
    found = (await connection.execute(OUT_OF_DATE, {"person": person_id, "most": most})).all()
    if found:
        changes: Counter[str | None] = Counter()
        for _, was, place in found:
            changes[place] += -1 if was else 1
        await connection.execute(TURN, {"owner": person_id, "rooms": [row[0] for row in found]})
        await connection.execute(ADD, {"owner": person_id, "change": changes.total()})
        await through(session, shift_folders, changes)
    return len(found) == most
