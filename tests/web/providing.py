"""What the tests of the provider begin with: a running one, a node that knows it, and the way through both."""

from collections.abc import Iterator

import httpx
import pytest
from sqlalchemy import select

from app.site import Site
from store.tables import Person, ProvidedIdentity
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.openid_process import OpenIdProvider
from tests.waiting import PATIENCE

ANN = {
    "sub": "248289761001",
    "email": "Ann@example.org",
    "email_verified": True,
    "preferred_username": "ann",
    "name": "Ann Lee",
    "locale": "fr-FR",
}


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OpenIdProvider]:
    """One process for all of these tests."""
    provider = OpenIdProvider()
    provider.start()
    yield provider
    provider.stop()


@pytest.fixture
def provider(running_provider: OpenIdProvider) -> OpenIdProvider:
    """It lets Ann in, and twists nothing."""
    running_provider.tell(person=ANN, twist={})
    return running_provider


@pytest.fixture
async def node(node_factory: NodeFactory, sqlite_url: str, provider: OpenIdProvider) -> RunningNode:
    """A node that knows the provider, with Ann on it."""
    node = await node_factory(sqlite_url, **provider.settings)
    await factories.person(node.site, "ann", email="ann@example.org")
    return node


async def to_the_provider(client: httpx.AsyncClient, next_: str = "/") -> str:
    """Begin, and let the provider have its say: the address to which it sends the browser back."""
    out = await client.get("/sign-in/provider", params={"next": next_})
    assert out.status_code == 303, out.text
    async with httpx.AsyncClient(timeout=PATIENCE) as at_provider:
        back = await at_provider.get(out.headers["location"])
    assert back.status_code == 303, back.text
    return back.headers["location"]


async def sign_in(node: RunningNode, next_: str = "/") -> httpx.Response:
    """The whole way, in a new browser."""
    async with node.client() as client:
        return await client.get(await to_the_provider(client, next_))


async def identities(site: Site) -> list[tuple[str, str]]:
    """Whom the provider knows: subject and login."""
    async with site.database.read() as session:
        rows = await session.execute(
            select(ProvidedIdentity, Person).where(ProvidedIdentity.person_id == Person.id)  # type: ignore[arg-type]
        )
        return [(one.subject, person.login) for one, person in rows]
