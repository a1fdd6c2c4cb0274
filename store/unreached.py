"""Whom a message did not reach although it was addressed to a group of hers. Plain functions on a link."""

from collections.abc import Sequence

from sqlalchemy import insert

from store.columns import table_of
from store.prepared import Link, Prepared
from store.tables import Unreached

NOTE = Prepared(insert(table_of(Unreached)), columns=("message_id", "person_id", "why"))


def note_unreached(link: Link, message_id: str, people: Sequence[tuple[str, str]]) -> None:
    """Write down whom a message does not reach: pairs of person and reason code."""
    if people:
        NOTE.run(link, [{"message_id": message_id, "person_id": one, "why": why} for one, why in people])
