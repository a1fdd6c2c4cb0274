"""Signing in through an OpenID provider, a real one in a process of its own, and each way in which it must not work."""

import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from sqlalchemy import select

from app.people import suspend
from app.site import Site
from store.tables import Person, ProvidedIdentity
from tests import factories
from tests.conftest import NodeFactory
from tests.factories import PASSWORD
from tests.nodes import RunningNode
from tests.openid_process import OpenIdProvider

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
    async with httpx.AsyncClient() as at_provider:
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


WRONG: dict[str, dict[str, Any]] = {
    "issuer": {"claims": {"iss": "https://other.example.org"}},
    "no issuer": {"without": ["iss"]},
    "audience": {"claims": {"aud": "another-client"}},
    "audiences without us": {"claims": {"aud": ["one", "two"], "azp": "one"}},
    "no audience": {"without": ["aud"]},
    "several audiences and no authorized party": {"claims": {"aud": ["parley-tests", "another"]}},
    "authorized party": {"claims": {"azp": "another-client"}},
    "expired": {"claims": {"exp": int(time.time()) - 3600}},
    "no expiry": {"without": ["exp"]},
    "issued in the future": {"claims": {"iat": int(time.time()) + 36000, "nbf": int(time.time()) + 36000}},
    "nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"without": ["nonce"]},
    "no subject": {"without": ["sub"]},
    "empty subject": {"claims": {"sub": ""}},
    "subject that is no text": {"claims": {"sub": 7}},
    "access token's hash": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "no signature": {"signed_with": "none"},
    "public key taken for a secret": {"signed_with": "public key as secret"},
    "secret among the public keys": {"signed_with": "secret in the open"},
    "client secret": {"signed_with": "client secret"},
    "another key under the same name": {"signed_with": "another key"},
    "a key that the provider does not have": {"signed_with": "unknown key"},
}


@pytest.mark.parametrize("what", WRONG)
async def test_a_token_that_is_wrong_lets_nobody_in(
    node: RunningNode, provider: OpenIdProvider, what: str
) -> None:
    """Each claim, and each way to sign that is none, by itself."""
    provider.tell(twist=WRONG[what])
    async with node.client() as client:
        answer = await client.get(await to_the_provider(client))
        assert answer.status_code == 400
        assert "parley" not in client.cookies
        assert (await client.get("/api/session")).status_code == 401
    assert await identities(node.site) == []
    provider.tell(twist={})
    assert (await sign_in(node)).status_code == 303


async def test_several_audiences_with_us_as_the_authorized_party(
    node: RunningNode, provider: OpenIdProvider
) -> None:
    """What the wrong ones differ from."""
    provider.tell(twist={"claims": {"aud": ["parley-tests", "another"], "azp": "parley-tests"}})
    assert (await sign_in(node)).status_code == 303


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
            async with httpx.AsyncClient() as at_provider:
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
