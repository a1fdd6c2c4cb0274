"""The way to an OpenID provider and back: by the browser that began, once; and what the provider says of itself."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from tests import factories
from tests.conftest import NodeFactory
from tests.factories import PASSWORD
from tests.nodes import RunningNode
from tests.openid_process import OpenIdProvider
from tests.waiting import PATIENCE
from tests.web.providing import node, provider, running_provider, sign_in, to_the_provider

__all__ = ["node", "provider", "running_provider"]


async def test_a_state_of_another_browser_is_worth_nothing(node: RunningNode) -> None:
    """A link that carries somebody else's answer signs nobody in: not without a cookie, nor with one of another try."""
    async with node.client() as hers, node.client() as mine:
        back = await to_the_provider(hers)
        assert (await mine.get(back)).status_code == 400
        await mine.get("/sign-in/provider")
        assert (await mine.get(back)).status_code == 400
        assert (await mine.get("/api/session")).status_code == 401


async def test_a_state_comes_back_once(node: RunningNode) -> None:
    """Also to the browser that began, with its cookie kept: neither the state nor the code is good twice."""
    async with node.client() as client:
        back = await to_the_provider(client)
        kept = dict(client.cookies)
        assert (await client.get(back)).status_code == 303
        assert (await client.get(back)).status_code == 400
        async with node.client(cookies=kept) as again:
            assert (await again.get(back)).status_code == 400


async def test_a_code_is_good_once(node: RunningNode) -> None:
    """A code that was used comes with a new state: the provider refuses it, and so do we."""
    async with node.client() as client:
        used = parse_qs(urlsplit(await to_the_provider(client)).query)
        assert await client.get(f"/sign-in/provider/callback?code={used['code'][0]}&state={used['state'][0]}")
        fresh = parse_qs(urlsplit(await to_the_provider(client)).query)
        mixed = f"/sign-in/provider/callback?code={used['code'][0]}&state={fresh['state'][0]}"
        assert (await client.get(mixed)).status_code == 400


async def test_a_code_of_another_attempt_fails_the_proof(node: RunningNode) -> None:
    """Whoever puts her own code into somebody's answer does not sign her in as herself."""
    async with node.client() as hers, node.client() as mine:
        foreign = parse_qs(urlsplit(await to_the_provider(hers)).query)["code"][0]
        own = parse_qs(urlsplit(await to_the_provider(mine)).query)["state"][0]
        answer = await mine.get(f"/sign-in/provider/callback?code={foreign}&state={own}")
        assert answer.status_code == 400


@pytest.mark.parametrize(
    "query", ["", "state=x", "code=x", "code=x&state=", "code=x&state=%00", "error=access_denied&state=x"]
)
async def test_an_answer_to_nothing(node: RunningNode, query: str) -> None:
    """Whatever is in the address."""
    async with node.client() as client:
        assert (await client.get(f"/sign-in/provider/callback?{query}")).status_code == 400


async def test_an_answer_of_another_issuer(node: RunningNode) -> None:
    """A provider that names itself (RFC 9207) has to be ours."""
    async with node.client() as client:
        back = await to_the_provider(client)
        assert (await client.get(f"{back}&iss=https://other.example.org")).status_code == 400


async def test_a_forged_cookie_is_none(node: RunningNode) -> None:
    """An attempt that we have not signed was never begun."""
    async with node.client() as client:
        back = await to_the_provider(client)
        (kept,) = client.cookies.values()
    text, _, seal = kept.partition(".")
    for forged in (f"{text}.{'0' * 64}", text, f"e30=.{seal}", "", ".", "é"):
        async with node.client() as again:
            header = {"Cookie": f"parley-attempt={forged}".encode()}
            assert (await again.get(back, headers=header)).status_code == 400  # type: ignore[arg-type]


async def test_the_provider_signs_with_a_new_key(node: RunningNode, provider: OpenIdProvider) -> None:
    """Keys are kept, and asked for again when one is not known."""
    await sign_in(node)
    before = provider.tell()
    await sign_in(node)
    assert provider.tell() == before, "what is known is not asked for again"
    node.app.state.node.provider._keys = (node.app.state.node.provider._keys[0], 0.0)
    provider.tell(new_key=True)
    assert (await sign_in(node)).status_code == 303


@pytest.mark.parametrize(
    "description",
    [
        {"issuer": "https://other.example.org"},
        {"token_endpoint": "http://other.example.org/token"},
        {"jwks_uri": "file:///etc/passwd"},
        {"authorization_endpoint": None},
        {"id_token_signing_alg_values_supported": ["HS256", "none"]},
    ],
)
async def test_a_description_that_is_wrong(
    node: RunningNode, provider: OpenIdProvider, description: dict[str, Any]
) -> None:
    """Another issuer's, an address that anybody may listen on, or no algorithm to rely on."""
    provider.tell(twist={"description": description})
    async with node.client() as client:
        out = await client.get("/sign-in/provider")
        if out.status_code == 303:
            async with httpx.AsyncClient(timeout=PATIENCE) as at_provider:
                back = await at_provider.get(out.headers["location"])
            out = await client.get(back.headers["location"])
        assert out.status_code in (400, 503)
        assert "parley" not in client.cookies


async def test_a_provider_that_is_away(node_factory: NodeFactory, sqlite_url: str) -> None:
    """It is said so; the password goes on working."""
    away = OpenIdProvider()
    node = await node_factory(sqlite_url, **away.settings)
    ann = await factories.person(node.site, "ann")
    await factories.give_password(node.site, ann)
    async with node.client() as client:
        answer = await client.get("/sign-in/provider")
        assert answer.status_code == 503
        assert "does not answer at the moment" in answer.text
        form = {"login": "ann", "password": PASSWORD, "next": "/"}
        assert (await client.post("/sign-in", data=form)).status_code == 303


async def test_without_a_provider_there_is_no_such_way(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Neither a button nor an address."""
    node = await node_factory(sqlite_url)
    await factories.person(node.site, "ann")
    async with node.client() as client:
        assert "/sign-in/provider" not in (await client.get("/sign-in")).text
        assert (await client.get("/sign-in/provider")).status_code == 404


async def test_no_way_leads_away(node: RunningNode) -> None:
    """Where she lands is a page of ours."""
    assert (await sign_in(node, "https://evil.example/")).headers["location"] == "/"
