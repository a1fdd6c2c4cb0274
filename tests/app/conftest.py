"""People whom several suites of use cases begin with."""

from collections.abc import AsyncIterator

import pytest

from app.events import Event
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.app.departing import NOON, Hands
from tests.app.leaving import LeavingDatabase


@pytest.fixture
async def ann(site: Site) -> str:
    """Somebody with a password; her identifier."""
    who = await factories.person(site, "ann", language="fr")
    await factories.signed_in(site, who)
    return who.person_id


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Alice, Bob, Carol and Dave."""
    return await factories.people(site, "alice", "bob", "carol", "dave")


@pytest.fixture
def hands() -> Hands:
    """The clock of `timed_site`, at noon of a Wednesday."""
    hands = Hands()
    hands.moment = NOON
    return hands


@pytest.fixture
def timed_site(settings: Settings, database: Database, site_events: list[Event], hands: Hands) -> Site:
    """A site on a clock that the test sets."""
    return Site(settings, database, site_events.extend, Throttle(), now=hands)


@pytest.fixture
async def leaving(site: Site) -> AsyncIterator[LeavingDatabase]:
    """The same store, seen by a process that will lose it."""
    database = LeavingDatabase(site.settings.database_url)
    yield database
    await database.close()
