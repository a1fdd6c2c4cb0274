"""People whom several suites of use cases begin with."""

from collections.abc import AsyncIterator

import pytest

from app.site import Identity, Site
from tests import factories
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
async def leaving(site: Site) -> AsyncIterator[LeavingDatabase]:
    """The same store, seen by a process that will lose it."""
    database = LeavingDatabase(site.settings.database_url)
    yield database
    await database.close()
