"""Where a request comes from: this site's pages, other sites, programs."""

import pytest

from app.settings import Settings
from app.site import Site
from tests.web.checks.small_app import client_of, small_app, socket_scope
from web.security import origin_allowed

OWN = {"Origin": "http://parley.example"}
FOREIGN = {"Origin": "https://evil.example"}
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
    assert origin_allowed(friendly, socket_scope(scheme, **headers)) is allowed
