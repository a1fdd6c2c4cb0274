"""Who is connected and who was seen when, for the tests of how people meet each other."""

from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import update
from sqlmodel import col

from app.site import Identity, Site
from store.tables import Person


class Connected:
    """These people are connected, and nobody else."""

    def __init__(self, *people: Identity) -> None:
        self._people = {one.person_id for one in people}

    async def __call__(self, asked: Collection[str]) -> set[str]:
        """Who of those asked for is."""
        return self._people & set(asked)


NOBODY = Connected()


async def seen(site: Site, *people: Identity, days: float = 0, **more: object) -> None:
    """These people were last seen so many days ago; `more` are other columns of theirs."""
    at = site.now() - timedelta(days=days)
    mine = col(Person.id).in_([one.person_id for one in people])
    async with site.database.write() as session:
        await session.execute(update(Person).where(mine).values(last_seen_at=at, **more))
