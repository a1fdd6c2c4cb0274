"""Who hides her presence. Plain functions on a link."""

from sqlalchemy import select

from store.columns import table_of
from store.prepared import Link, Prepared
from store.tables import Person

person = table_of(Person)

HIDDEN = Prepared(select(person.c.id).where(person.c.hides_presence))


def hidden(link: Link) -> frozenset[str]:
    """Everybody who hides her presence."""
    return frozenset(row[0] for row in HIDDEN.rows(link, {}))
