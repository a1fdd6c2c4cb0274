"""People who are in none of a round's discussions: nothing is told to them, so that they can misbehave in silence."""

from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.conftest import SECRET
from tests.faults.shape import Shape


async def guests(shape: Shape, *logins: str) -> list[str]:
    """An account for each, and an access token."""
    database = Database(shape.database_url)
    try:
        settings = Settings.model_validate({"database_url": shape.database_url, "secret": SECRET})
        site = Site(settings, database, announce=lambda _: None, throttle=Throttle(enabled=False))
        return [await factories.token(site, who) for who in await factories.people(site, *logins)]
    finally:
        await database.close()
