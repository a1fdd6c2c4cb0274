"""How fast one may ask."""

from app.pace import Pace
from app.site import Site
from tests import factories
from tests.web.checks.small_app import client_of, small_app


async def test_a_person_who_asks_too_fast(site: Site) -> None:
    """429 with `retry_after`, on whichever sign-in; others and what is the same for everybody pass."""
    alice, bob = await factories.people(site, "alice", "bob")
    app = small_app(site, Pace(0.01, 5))
    first, second, other = [
        {"Authorization": f"Bearer {await factories.token(site, who)}"} for who in (alice, alice, bob)
    ]
    async with client_of(app) as client:
        for number in range(5):
            headers = (first, second)[number % 2]
            assert (await client.get("/api/me", headers=headers)).status_code == 200
        refused = await client.get("/api/me", headers=second)
        assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
        assert refused.json()["retry_after"] > 0
        assert int(refused.headers["retry-after"]) > 0
        assert (await client.get("/api/me", headers=other)).status_code == 200
        for path in ("/healthz", "/static/x"):
            assert (await client.get(path, headers=first)).status_code == 200


async def test_an_address_of_nobody_who_asks_too_fast(site: Site) -> None:
    """Who is not signed in is counted by address; who is signed in there does not notice."""
    alice = await factories.person(site, "alice")
    signed_in = {"Authorization": f"Bearer {await factories.token(site, alice)}"}
    app = small_app(site, Pace(0.01, 5))
    async with client_of(app, address="192.0.2.7") as theirs, client_of(app, address="192.0.2.8") as others:
        for _ in range(5):
            assert (await theirs.get("/api/me", headers={"Authorization": "Bearer no"})).status_code == 200
        assert (await theirs.get("/api/me")).status_code == 429
        assert (await theirs.get("/api/me", headers=signed_in)).status_code == 200
        assert (await others.get("/api/me")).status_code == 200
