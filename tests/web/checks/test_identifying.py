"""Who is acting: cookies, tokens, and what it costs to find out."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar

import httpx
import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.applications import Starlette

from app.people import suspend
from app.settings import Settings
from app.site import Site
from app.throttle import Throttle
from store.database import Database
from store.prepared import Link
from tests import factories
from tests.web.checks.small_app import client_of, small_app, socket_scope
from web.security import identify_connection

T = TypeVar("T")


async def test_cookie_says_who(site: Site, client: httpx.AsyncClient) -> None:
    """The sign-in cookie names the person behind a request."""
    alice = await factories.person(site, "alice")
    client.cookies.update(await factories.signed_in(site, alice))
    assert (await client.get("/api/me")).json() == "alice"


async def test_token_says_who(site: Site, client: httpx.AsyncClient) -> None:
    """A Bearer token names the person behind a request, and goes before a cookie."""
    alice, bob = await factories.people(site, "alice", "bob")
    client.cookies.update(await factories.signed_in(site, bob))
    token = await factories.token(site, alice)
    for kind in ("Bearer", "bearer"):
        answer = await client.get("/api/me", headers={"Authorization": f"{kind} {token}"})
        assert answer.json() == "alice"


@pytest.mark.parametrize("secret", ["", "nonsense", "x" * 5000, "\xe9"])
async def test_nonsense_is_nobody(client: httpx.AsyncClient, secret: str) -> None:
    """Credentials that were never given out make nobody of the request, whatever they look like."""
    headers: list[tuple[bytes, bytes]] = [
        (b"authorization", b"Bearer " + secret.encode("latin-1")),
        (b"cookie", b"parley=" + secret.encode("latin-1")),
    ]
    for header in headers:
        assert (await client.get("/api/me", headers=[header])).json() is None


async def test_suspended_is_nobody(site: Site, client: httpx.AsyncClient) -> None:
    """A suspended person's token works no more."""
    alice = await factories.person(site, "alice")
    token = await factories.token(site, alice)
    await suspend(site, "alice")
    answer = await client.get("/api/me", headers={"Authorization": f"Bearer {token}"})
    assert answer.json() is None


async def test_cookie_name_follows_scheme(site: Site, app: Starlette) -> None:
    """Over https only the `__Host-` cookie counts, over http only the plain one."""
    alice = await factories.person(site, "alice")
    secret = (await factories.signed_in(site, alice))["parley"]
    for scheme, name, expected in (
        ("https", "__Host-parley", "alice"),
        ("https", "parley", None),
        ("http", "parley", "alice"),
        ("http", "__Host-parley", None),
    ):
        async with client_of(app, scheme) as client:
            answer = await client.get("/api/me", headers={"Cookie": f"{name}={secret}"})
            assert answer.json() == expected, (scheme, name)


async def test_https_behind_a_proxy(settings: Settings, site: Site) -> None:
    """Where the configured origin is https, requests to it count as https although a proxy ended TLS."""
    public = settings.model_copy(update={"allowed_origins": ("https://parley.example",)})
    alice = await factories.person(site, "alice")
    secret = (await factories.signed_in(site, alice))["parley"]
    app = small_app(Site(public, site.database, site.announce, site.throttle))
    async with client_of(app) as client:
        client.cookies.set("__Host-parley", secret)
        answer = await client.post("/api/me", headers={"Origin": "https://parley.example"})
        assert answer.json() == "alice"
        assert "strict-transport-security" in answer.headers
        elsewhere = await client.get("http://internal.example/api/me")
        assert "strict-transport-security" not in elsewhere.headers


async def test_one_look_says_who(settings: Settings, site: Site) -> None:
    """Identification costs one look at the store, and none for static files, for health and for anonymous requests."""
    alice = await factories.person(site, "alice")
    headers = {"Authorization": f"Bearer {await factories.token(site, alice)}"}
    watched = WatchedDatabase(settings.database_url)
    async with client_of(small_app(Site(settings, watched, site.announce, site.throttle))) as client:
        await client.get("/api/me", headers=headers)
        assert watched.visits == ["look"]
        await client.get("/static/x", headers=headers)
        await client.get("/healthz", headers=headers)
        await client.get("/api/me")
    assert watched.visits == ["look"]
    await watched.close()


async def test_identify_connection_of_a_socket(site: Site) -> None:
    """The socket's endpoint finds out in the same way who connects."""
    alice = await factories.person(site, "alice")
    cookie = (await factories.signed_in(site, alice))["parley"]
    scope = socket_scope("wss", cookie=f"__Host-parley={cookie}")
    found = await identify_connection(site, scope)
    assert found is not None
    assert (found.login, found.via) == ("alice", "session")
    assert await identify_connection(site, socket_scope("ws")) is None


async def test_store_away(settings: Settings, tmp_path: Path) -> None:
    """While the store is away nobody can be identified: 503 with advice when to try again."""
    url = f"sqlite+aiosqlite:///{tmp_path}/missing/parley.db"
    database = Database(url)
    site = Site(settings, database, lambda events: None, Throttle())
    async with client_of(small_app(site)) as client:
        answer = await client.get("/api/me", headers={"Authorization": "Bearer something"})
    await database.close()
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1


class WatchedDatabase(Database):
    """Remembers how it was used."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.visits: list[str] = []

    async def look(self, work: Callable[[Link], T]) -> T:
        """Remember a look."""
        self.visits.append("look")
        return await super().look(work)

    async def transact(self, work: Callable[[Link], T]) -> T:
        """Remember a transaction."""
        self.visits.append("transact")
        return await super().transact(work)

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncSession]:
        """Remember a session."""
        self.visits.append("read")
        async with super().read() as session:
            yield session

    @asynccontextmanager
    async def write(self) -> AsyncIterator[AsyncSession]:
        """Remember a session that writes."""
        self.visits.append("write")
        async with super().write() as session:
            yield session
