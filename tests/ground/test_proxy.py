"""Behind a reverse proxy, as docs/operating.md describes it."""

import httpx
import pytest

from tests.conftest import NodeFactory
from tests.factories import PASSWORD, person
from tests.nodes import RunningNode

PUBLIC = {
    "Host": "parley.example.org",
    "Origin": "https://parley.example.org",
    "X-Forwarded-For": "192.0.2.7",
    "X-Forwarded-Proto": "https",
}


async def test_named_proxy_is_believed(
    node_factory: NodeFactory, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the proxy's address in FORWARDED_ALLOW_IPS a sign-in's cookie is one for https only."""
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    signed = await sign_in_over_proxy(await node_factory(sqlite_url))
    assert signed.status_code == 200
    cookie = signed.headers["set-cookie"]
    assert cookie.startswith("__Host-parley=")
    assert "; Secure" in cookie


async def test_others_are_not_believed(node: RunningNode) -> None:
    """Without it nobody can pretend to come over https: the origin is not this server's then."""
    assert (await sign_in_over_proxy(node)).status_code == 403


async def sign_in_over_proxy(node: RunningNode) -> httpx.Response:
    """What the proxy hands on when Alice signs in at the public address."""
    await person(node.site, "alice", password=PASSWORD)
    async with httpx.AsyncClient(base_url=node.url, headers=PUBLIC) as proxy:
        return await proxy.post("/api/session", json={"login": "alice", "password": PASSWORD})
