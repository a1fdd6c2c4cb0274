"""Signing in through an OpenID provider: a real one in a process of its own. Which account is whose."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from app.people import suspend
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.openid_process import OpenIdProvider
from tests.web.providing import ANN, identities, node, provider, running_provider, sign_in, to_the_provider

__all__ = ["node", "provider", "running_provider"]


async def test_she_comes_in_and_lands_where_she_wanted_to(node: RunningNode) -> None:
    """The button is on the page; the address that the provider has verified is hers; the password stays."""
    async with node.client() as client:
        page = await client.get("/sign-in?next=/boxes/sent")
        assert "Sign in with School" in page.text
        answer = await client.get(await to_the_provider(client, "/boxes/sent"))
        assert (answer.status_code, answer.headers["location"]) == (303, "/boxes/sent")
        assert list(client.cookies) == ["parley"]
        assert (await client.get("/api/session")).json()["person"]["login"] == "ann"
    assert await identities(node.site) == [(ANN["sub"], "ann")]


async def test_what_is_asked_of_the_provider(node: RunningNode, provider: OpenIdProvider) -> None:
    """Code flow, PKCE, state and nonce, each new at every attempt; the way back is our own."""
    async with node.client() as client:
        asked = []
        for _ in range(2):
            out = (await client.get("/sign-in/provider")).headers["location"]
            assert out.startswith(f"{provider.issuer}/authorize?")
            asked.append({name: values[0] for name, values in parse_qs(urlsplit(out).query).items()})
    for one in asked:
        assert one["response_type"] == "code"
        assert one["code_challenge_method"] == "S256"
        assert one["redirect_uri"] == f"{node.url}/sign-in/provider/callback"
        assert "openid" in one["scope"].split()
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]
        assert len(asked[0][name]) >= 43


async def test_later_she_is_known_by_the_subject_alone(node: RunningNode, provider: OpenIdProvider) -> None:
    """Another address does not make her somebody else, nor does her address let somebody else in."""
    await sign_in(node)
    bob = await factories.person(node.site, "bob", email="bob@example.org")
    provider.tell(person=ANN | {"email": "bob@example.org", "preferred_username": "bob"})
    assert (await sign_in(node)).status_code == 303
    provider.tell(person=ANN | {"sub": "somebody else"})
    assert (await sign_in(node)).status_code == 403
    assert await identities(node.site) == [(ANN["sub"], "ann")]
    assert bob


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "nobody@example.org"},
        {"email_verified": False},
        {"email_verified": "true"},
        {"email": ""},
        {"email": 7},
    ],
)
async def test_whoever_has_no_account_is_told_so(
    node: RunningNode, provider: OpenIdProvider, changes: dict[str, Any]
) -> None:
    """Also where the provider has not verified the address."""
    provider.tell(person=ANN | changes)
    answer = await sign_in(node)
    assert answer.status_code == 403
    assert "there is no account for you here" in answer.text
    assert await identities(node.site) == []


async def test_an_address_of_two_people_is_nobodys(node: RunningNode) -> None:
    """Rather nobody than the wrong one."""
    await factories.person(node.site, "other", email="ANN@example.org")
    assert (await sign_in(node)).status_code == 403


async def test_who_is_suspended_stays_out(node: RunningNode) -> None:
    """With the answer that everybody without an account gets."""
    await sign_in(node)
    await suspend(node.site, "ann")
    assert (await sign_in(node)).status_code == 403


async def test_by_login_where_the_site_has_it_so(
    node_factory: NodeFactory, sqlite_url: str, provider: OpenIdProvider
) -> None:
    """The preferred name of the provider's is the login here."""
    node = await node_factory(sqlite_url, **provider.settings, oidc_match="login")
    await factories.person(node.site, "ann")
    assert (await sign_in(node)).status_code == 303
    assert await identities(node.site) == [(ANN["sub"], "ann")]


async def test_an_account_is_made_where_the_site_lets_everybody_in(
    node_factory: NodeFactory, sqlite_url: str, provider: OpenIdProvider
) -> None:
    """With her name and language; a login that somebody has is never taken over."""
    node = await node_factory(sqlite_url, **provider.settings, oidc_creates="true")
    await factories.person(node.site, "taken")
    async with node.client() as client:
        assert (await client.get(await to_the_provider(client))).status_code == 303
        made = (await client.get("/api/session")).json()["person"]
        assert (made["login"], made["name"], made["role"], made["language"]) == (
            "ann",
            "Ann Lee",
            "member",
            "fr",
        )
    provider.tell(person=ANN | {"sub": "2", "email": "x@example.org", "preferred_username": "taken"})
    assert (await sign_in(node)).status_code == 403
    provider.tell(person=ANN | {"sub": "3", "email": "y@example.org", "preferred_username": "two words"})
    assert (await sign_in(node)).status_code == 403
