"""Who is acting, where a request comes from, and what browsers are told."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

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
from tests.web.small_app import client_of, small_app
from web.security import identify_connection, origin_allowed

T = TypeVar("T")
OWN = {"Origin": "http://parley.example"}
FOREIGN = {"Origin": "https://evil.example"}


@pytest.fixture
def database_url(sqlite_url: str) -> str:
    """These tests ask nothing that differs between databases."""
    return sqlite_url


@pytest.fixture
def app(site: Site) -> Starlette:
    """The small application."""
    return small_app(site)


@pytest.fixture
async def client(app: Starlette) -> AsyncIterator[httpx.AsyncClient]:
    """A client over plain http."""
    async with client_of(app) as client:
        yield client


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
    scope = _socket_scope("wss", cookie=f"__Host-parley={cookie}")
    found = await identify_connection(site, scope)
    assert found is not None
    assert (found.login, found.via) == ("alice", "session")
    assert await identify_connection(site, _socket_scope("ws")) is None


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


# cookie? bearer? further headers → passes?
CROSS_SITE = [
    (True, False, OWN, True),
    (True, False, {"Origin": "http://PARLEY.example:80"}, True),
    (True, False, {"Sec-Fetch-Site": "same-origin"}, True),
    (True, False, {"Sec-Fetch-Site": "none"}, True),
    (True, False, {"Origin": "https://friend.example", "Sec-Fetch-Site": "cross-site"}, True),
    (True, False, {}, False),
    (True, False, FOREIGN, False),
    (True, False, {"Origin": "null"}, False),
    (True, False, {"Origin": ""}, False),
    (True, False, {"Origin": "http://parley.example.evil.example"}, False),
    (True, False, {"Origin": "http://parley.example@evil.example"}, False),
    (True, False, {"Origin": "http://parley.example:81"}, False),
    (True, False, {"Origin": "https://parley.example"}, False),
    (True, False, {"Origin": "http://parley.example:port"}, False),
    (True, False, FOREIGN | {"Sec-Fetch-Site": "same-origin"}, False),
    (True, False, {"Sec-Fetch-Site": "cross-site"}, False),
    (True, False, {"Sec-Fetch-Site": "same-site"}, False),
    (True, True, {}, False),
    (False, True, {}, True),
    (False, True, FOREIGN, True),
    (False, False, {}, True),
    (False, False, OWN, True),
    (False, False, FOREIGN, False),
    (False, False, {"Sec-Fetch-Site": "cross-site"}, False),
]


@pytest.mark.parametrize(("cookie", "bearer", "headers", "passes"), CROSS_SITE)
async def test_cross_site(
    settings: Settings, site: Site, cookie: bool, bearer: bool, headers: dict[str, str], passes: bool
) -> None:
    """What changes something needs to come from a page of this site, unless it is a program's."""
    friendly = settings.model_copy(update={"allowed_origins": ("https://friend.example",)})
    app = small_app(Site(friendly, site.database, site.announce, site.throttle))
    headers = headers | ({"Cookie": "parley=x"} if cookie else {})
    headers = headers | ({"Authorization": "Bearer x"} if bearer else {})
    async with client_of(app) as client:
        answer = await client.post("/api/me", headers=headers)
        reading = await client.get("/api/me", headers=headers)
    assert answer.status_code == (200 if passes else 403)
    assert passes or answer.json()["code"] == "cross_site"
    assert reading.status_code == 200


@pytest.mark.parametrize(
    ("scheme", "headers", "allowed"),
    [
        ("ws", {"origin": "http://parley.example"}, True),
        ("wss", {"origin": "https://parley.example"}, True),
        ("ws", {"origin": "https://friend.example"}, True),
        ("ws", {"origin": "https://parley.example"}, False),
        ("ws", {"origin": "https://evil.example"}, False),
        ("ws", {"origin": "https://evil.example", "authorization": "Bearer x"}, False),
        ("ws", {"origin": "null"}, False),
        ("ws", {"cookie": "parley=x"}, True),
        ("ws", {}, True),
        ("ws", {"authorization": "Bearer x"}, True),
    ],
)
def test_origin_of_a_socket(settings: Settings, scheme: str, headers: dict[str, str], allowed: bool) -> None:
    """A browser's socket must come from this site; who names no origin is a program, and no browser."""
    friendly = settings.model_copy(update={"allowed_origins": ("https://friend.example",)})
    assert origin_allowed(friendly, _socket_scope(scheme, **headers)) is allowed


@pytest.mark.parametrize("path", ["/api/me", "/api/missing", "/api/broken", "/static/x"])
async def test_security_headers(app: Starlette, path: str) -> None:
    """Every answer, also of an error, carries the security headers; HSTS over https only."""
    for scheme in ("http", "https"):
        async with client_of(app, scheme) as client:
            headers = (await client.get(path)).headers
        policy = headers["content-security-policy"].split("; ")
        for part in (
            "default-src 'self'",
            "object-src 'none'",
            "base-uri 'none'",
            "frame-ancestors 'none'",
            "form-action 'self'",
            "require-trusted-types-for 'script'",
            "trusted-types parley",
        ):
            assert part in policy
        assert "unsafe" not in headers["content-security-policy"]
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert headers["cross-origin-opener-policy"] == "same-origin"
        assert "permissions-policy" in headers
        assert ("strict-transport-security" in headers) is (scheme == "https")


async def test_private_answers_are_not_kept(site: Site, client: httpx.AsyncClient) -> None:
    """What somebody who is signed in sees is `no-store`; static files may be kept."""
    alice = await factories.person(site, "alice")
    headers = {"Authorization": f"Bearer {await factories.token(site, alice)}"}
    for path in ("/api/me", "/api/missing", "/own"):
        assert (await client.get(path, headers=headers)).headers["cache-control"] == "no-store"
    assert (await client.get("/static/x", headers=headers)).headers["cache-control"] == "public, max-age=1"


async def test_own_mistakes_tell_nothing(client: httpx.AsyncClient) -> None:
    """A mistake of ours is a 500 without any detail."""
    answer = await client.get("/api/broken")
    assert (answer.status_code, answer.json()["code"]) == (500, "server_error")
    assert "secret" not in answer.text


async def test_pages_lead_to_sign_in(client: httpx.AsyncClient) -> None:
    """A page that needs a person leads to the sign-in and knows the way back."""
    answer = await client.get("/own?a=b&c=d")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/own%3Fa%3Db%26c%3Dd")


async def test_bodies_are_bounded(client: httpx.AsyncClient) -> None:
    """A body over 1 MiB is refused, whether its size is declared or found out while it comes."""

    async def chunks() -> AsyncIterator[bytes]:
        for _ in range(20):
            yield b"x" * 100_000

    assert (await client.post("/api/echo", content=b"x" * 1024 * 1024)).text == str(1024 * 1024)
    contents: list[Any] = [b"x" * (1024 * 1024 + 1), chunks()]
    for content in contents:
        answer = await client.post("/api/echo", content=content)
        assert (answer.status_code, answer.json()["code"]) == (413, "too_large")


async def test_heads_are_bounded(client: httpx.AsyncClient) -> None:
    """Long addresses and large headers are refused before anything looks at them."""
    long = await client.get("/api/me?q=" + "x" * 10_000)
    assert (long.status_code, long.json()["code"]) == (414, "uri_too_long")
    large = await client.get("/api/me", headers={"X-Large": "x" * 40_000})
    assert (large.status_code, large.json()["code"]) == (431, "headers_too_large")


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


def _socket_scope(scheme: str, **headers: str) -> dict[str, Any]:
    encoded = [(b"host", b"parley.example")]
    encoded += [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "websocket", "scheme": scheme, "path": "/live", "headers": encoded}
