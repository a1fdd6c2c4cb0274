"""With whom somebody shares discussions. Plain functions on a link."""

from collections.abc import Iterable

from sqlalchemy import and_, bindparam, select

from store.columns import table_of
from store.pairs import by_ids, look_up_ids
from store.prepared import Link
from store.tables import Message, Participation

MOST_TOGETHER = 12
"""Participants of a discussion in which one talks with each of them, rather than to all."""

message = table_of(Message)
participation = table_of(Participation)

OTHERS_IN = by_ids(
    lambda wanted: (
        select(participation.c.message_id, participation.c.person_id)
        .select_from(
            wanted.join(message, message.c.id == wanted.c.one).join(
                participation,
                and_(participation.c.message_id == message.c.id, participation.c.state == "active"),
            )
        )
        .where(message.c.participant_count <= MOST_TOGETHER, participation.c.person_id != bindparam("person"))
    )
)


def others_in(link: Link, person_id: str, discussions: Iterable[str]) -> list[tuple[str, str]]:
    """(discussion, person) for everybody else in those of these discussions that few take part in."""
    return [(row[0], row[1]) for row in look_up_ids(link, OTHERS_IN, discussions, person=person_id)]
