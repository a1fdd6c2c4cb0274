"""What browsers are told with every answer."""

import httpx
import pytest
from starlette.applications import Starlette

from app.site import Site
from tests import factories
from tests.web.checks.small_app import client_of


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


async def test_pages_lead_to_sign_in(site: Site, client: httpx.AsyncClient) -> None:
    """A page that needs a person leads to the sign-in and knows the way back."""
    await factories.person(site, "alice")
    answer = await client.get("/own?a=b&c=d")
    assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in?next=/own%3Fa%3Db%26c%3Dd")
