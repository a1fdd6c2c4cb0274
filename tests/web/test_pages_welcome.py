"""The page behind a link: whoever opens it, nothing is used up or told before a password is chosen."""

import pytest

from app.inviting import invite, reset
from app.site import Identity, Site
from tests import factories
from tests.factories import PASSWORD
from tests.nodes import RunningNode
from tests.web.html import visitor

NEW = {"password": "a password of one's own", "again": "a password of one's own"}


@pytest.fixture
def site(node: RunningNode) -> Site:
    """The node's site."""
    return node.site


@pytest.fixture
async def alice(site: Site) -> Identity:
    """Somebody to be invited."""
    return await factories.person(site, "alice")


async def test_from_the_link_to_the_home_page(node: RunningNode, site: Site, alice: Identity) -> None:
    """The secret is out of the address at once; the password is chosen, and she is in."""
    link = await invite(site, None, alice.person_id)
    async with node.client() as client:
        answer = await client.get(link.path)
        assert (answer.status_code, answer.headers["location"]) == (303, "/welcome")
        assert answer.headers["cache-control"] == "no-store"
        cookie = answer.headers["set-cookie"].lower()
        assert "httponly" in cookie
        assert "samesite=lax" in cookie
        page = await client.get("/welcome")
        assert page.status_code == 200
        assert "Welcome, Alice." in page.text
        assert link.secret not in page.text
        assert page.headers["cache-control"] == "no-store"
        done = await client.post("/welcome", data=NEW)
        assert (done.status_code, done.headers["location"]) == (303, "/")
        assert list(client.cookies) == ["parley"]
        assert (await client.get("/api/session")).json()["person"]["login"] == "alice"


async def test_opening_it_uses_nothing_up(node: RunningNode, site: Site, alice: Identity) -> None:
    """A mail scanner that follows every link leaves it as it was."""
    link = await invite(site, None, alice.person_id)
    for _ in range(3):
        async with node.client() as scanner:
            assert (await scanner.get(link.path, follow_redirects=True)).status_code == 200
            assert (await scanner.head("/welcome")).status_code == 200
    async with node.client() as client:
        await client.get(link.path)
        assert (await client.post("/welcome", data=NEW)).status_code == 303


async def test_unknown_used_and_old_links_are_answered_alike(
    node: RunningNode, site: Site, alice: Identity
) -> None:
    """Nobody learns from the answer whether a link ever was one."""
    replaced, used = await reset(site, None, alice.person_id), await reset(site, None, alice.person_id)
    answers = []
    async with node.client() as client:
        await client.get(used.path)
        assert (await client.post("/welcome", data=NEW)).status_code == 303
    for secret in (replaced.secret, used.secret, "unknown", "x" * 5000, "caf%C3%A9"):
        async with node.client() as client:
            shown = await client.get(f"/welcome/{secret}", follow_redirects=True)
            chosen = await client.post("/welcome", data=NEW)
            answers.append((shown.status_code, shown.text, chosen.status_code, chosen.text))
    assert {answer[0] for answer in answers} == {answer[2] for answer in answers} == {404}
    assert len(set(answers)) == 1
    async with node.client() as client:
        without = await client.get("/welcome")
        assert (without.status_code, without.text) == answers[0][:2]


async def test_a_password_that_will_not_do(node: RunningNode, site: Site, alice: Identity) -> None:
    """The reason is said, and the link is as good as before."""
    link = await invite(site, None, alice.person_id)
    async with node.client() as client:
        await client.get(link.path)
        for password, again, said in (
            ("short", "short", "at least 10 characters"),
            ("aaaaaaaaaaaa", "aaaaaaaaaaaa", "the first that anybody would try"),
            (NEW["password"], "other", "are not the same"),
        ):
            answer = await client.post("/welcome", data={"password": password, "again": again})
            assert answer.status_code == 422
            assert said in answer.text
            assert password not in answer.text.replace("at least", "")
        assert (await client.post("/welcome", data=NEW)).status_code == 303


async def test_a_reset_ends_other_browsers(node: RunningNode, site: Site, alice: Identity) -> None:
    """Whoever was in, is out; and the old password is worth nothing."""
    async with visitor(node, alice) as before, node.client() as client:
        link = await reset(site, None, alice.person_id)
        await client.get(link.path)
        assert "choose the password" in (await client.get("/welcome")).text
        assert (await before.client.get("/settings")).status_code == 200
        await client.post("/welcome", data=NEW)
        assert (await before.client.get("/settings")).status_code == 303
        old = await client.post("/api/session", json={"login": "alice", "password": PASSWORD})
        assert old.status_code == 401


async def test_who_was_signed_in_as_somebody_else_is_no_more(
    node: RunningNode, site: Site, alice: Identity
) -> None:
    """One browser is one person at a time."""
    bob = await factories.person(site, "bob")
    async with visitor(node, bob) as reader:
        bobs = reader.client.cookies["parley"]
        await reader.client.get((await invite(site, None, alice.person_id)).path)
        await reader.client.post("/welcome", data=NEW)
        assert (await reader.client.get("/api/session")).json()["person"]["login"] == "alice"
        async with node.client(cookies={"parley": bobs}) as old:
            assert (await old.get("/api/session")).status_code == 401
