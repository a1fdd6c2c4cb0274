"""The tests' own ground: databases that are migrated and fresh, servers that can be ended and come back."""

from sqlalchemy import func, select

from app.site import Site
from store.database import Database
from store.tables import Person


async def test_database_is_fresh_and_migrated(database: Database) -> None:
    """A test finds the tables there, and nobody in them."""
    async with database.read() as session:
        assert await session.scalar(select(func.count()).select_from(Person)) == 0


async def test_site_has_a_database_that_answers(site: Site) -> None:
    """The site of a test reaches its store."""
    await site.database.ping()
