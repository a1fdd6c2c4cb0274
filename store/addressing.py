"""From how something is addressed to the people it reaches: groups are expanded, each person comes once."""

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, Select, bindparam, literal, select
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.prepared import Link, Prepared
from store.tables import Membership, Person, Recipient

person = table_of(Person)
membership = table_of(Membership)
recipient = table_of(Recipient)


class Reached(msgspec.Struct, frozen=True):
    """A person whom an address reaches: `direct` if it names herself and not a group that she is in."""

    id: str
    name: str
    suspended: bool
    messaging: bool
    role: str
    direct: bool


def _reached(role: ColumnElement[str], *, direct: bool) -> Select[Any]:
    return select(
        person.c.id,
        person.c.name,
        person.c.suspended_at.is_not(None),
        person.c.messaging,
        role,
        literal(direct),
    )


_OF_MESSAGE = recipient.c.message_id == bindparam("room")
RECIPIENTS = (
    Prepared(
        _reached(recipient.c.role, direct=True)
        .join(recipient, recipient.c.person_id == person.c.id)
        .where(_OF_MESSAGE)
    ),
    Prepared(
        _reached(recipient.c.role, direct=False)
        .join(membership, membership.c.person_id == person.c.id)
        .join(recipient, recipient.c.group_id == membership.c.group_id)
        .where(_OF_MESSAGE)
    ),
)
NAMED = _reached(literal("added"), direct=True).where(person.c.id.in_(bindparam("people", expanding=True)))
IN_GROUPS = (
    _reached(literal("added"), direct=False)
    .join(membership, membership.c.person_id == person.c.id)
    .where(membership.c.group_id.in_(bindparam("groups", expanding=True)))
)


def recipients(link: Link, message_id: str) -> list[Reached]:
    """Everybody whom a message is addressed to, once each."""
    return _once(Reached(*row) for query in RECIPIENTS for row in query.rows(link, {"room": message_id}))


async def reached(session: AsyncSession, people: Sequence[str], groups: Sequence[str]) -> list[Reached]:
    """These people and the members of these groups, once each."""
    connection = await session.connection()
    found = [Reached(*row) for row in await connection.execute(NAMED, {"people": people})] if people else []
    if groups:
        found += [Reached(*row) for row in await connection.execute(IN_GROUPS, {"groups": groups})]
    return _once(found)


def _once(found: Iterable[Reached]) -> list[Reached]:
    """One line per person: `to` if any address says so, `direct` if any names her."""
    once: dict[str, Reached] = {}
    for one in found:
        before = once.setdefault(one.id, one)
        if before is not one:
            role, direct = max(one.role, before.role), one.direct or before.direct
            once[one.id] = msgspec.structs.replace(one, role=role, direct=direct)
    return list(once.values())
