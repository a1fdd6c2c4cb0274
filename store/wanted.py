"""Participations of the wanted (discussion, person) pairs: where looking up many at once begins (see `store.pairs`)."""

from typing import Any

from sqlalchemy import Join, Select, Subquery, and_, select

from store.columns import table_of
from store.tables import Message, Participation

message = table_of(Message)
participation = table_of(Participation)


def participations_of(wanted: Subquery) -> Join:
    """The participations of the wanted (discussion, person) pairs."""
    return wanted.join(
        participation,
        and_(participation.c.message_id == wanted.c.one, participation.c.person_id == wanted.c.two),
    )


def rooms_of(wanted: Subquery) -> Join:
    """The same, each with its room."""
    return participations_of(wanted).join(message, message.c.id == participation.c.message_id)


def active_in(wanted: Subquery, fields: tuple[str, ...]) -> Select[Any]:
    """Discussion, person and these columns of those of the wanted participations that are active."""
    columns = (participation.c[field] for field in ("message_id", "person_id", *fields))
    return select(*columns).select_from(participations_of(wanted)).where(participation.c.state == "active")
