"""The settings: shown, kept, refused with the reason."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from app import own_settings
from app.site import Identity, Site
from tests import factories
from tests.factories import PASSWORD
from tests.nodes import RunningNode
from tests.web.html import Visitor, visitor

NEW = "another one, just as long"


@pytest.fixture
def site(node: RunningNode) -> Site:
    """The node's site."""
    return node.site


@asynccontextmanager
async def browser(node: RunningNode, who: Identity) -> AsyncIterator[Visitor]:
    """A visitor who has signed in by herself."""
    await factories.give_password(node.site, who)
    async with visitor(node, None) as reader:
        await reader.client.post("/api/session", json={"login": who.login, "password": PASSWORD})
        yield reader


async def test_what_is_set_is_kept_and_the_next_page_is_so(node: RunningNode, site: Site) -> None:
    """Name, language, zone and theme hold from the answer on, whatever cookies a browser has."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as reader:
        page = await reader.open("/settings")
        assert page.one("input", id="name").attributes["value"] == "Alice"
        answer = await reader.client.post(
            "/settings",
            data={
                "switches": "1",
                "name": "Alice Martin",
                "language": "fr",
                "time_zone": "tokyo",
                "theme": "dark",
                "sending_key": "ctrl-enter",
                "read_receipts": "1",
            },
        )
        assert answer.headers["location"] == "/settings?saved=1"
        page = await reader.open("/settings?saved=1")
        assert page.one("h1").text == "Réglages"
        assert page.one("html").attributes["data-theme"] == "dark"
        assert "Vos réglages sont enregistrés" in page.text
    own = await own_settings.show(site, alice)
    assert (own.name, own.time_zone, own.sending_key) == ("Alice Martin", "Asia/Tokyo", "ctrl-enter")
    assert (own.read_receipts, own.messaging, own.hides_presence, own.shortcuts) == (True, False, True, False)


async def test_a_wrong_field_keeps_what_was_typed(node: RunningNode, site: Site) -> None:
    """Nothing is set, and the field says why."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as reader:
        await reader.open("/settings")
        answer = await reader.client.post("/settings", data={"name": " ", "time_zone": "Nowhere"})
        assert answer.status_code == 422
        assert 'value="Nowhere"' in answer.text
        assert "No time zone is called so" in answer.text
        assert "Write your name." in answer.text
    assert (await own_settings.show(site, alice)).time_zone == "Europe/Paris"


async def test_a_form_that_names_no_switches_leaves_them(node: RunningNode, site: Site) -> None:
    """A check box that is not in a form is not off."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as reader:
        await reader.client.post("/settings", data={"theme": "light"})
    own = await own_settings.show(site, alice)
    assert (own.theme, own.messaging, own.read_receipts) == ("light", True, True)


async def test_changing_the_password(node: RunningNode, site: Site) -> None:
    """This browser goes on with another cookie; the other one is out."""
    alice = await factories.person(site, "alice")
    async with browser(node, alice) as here, browser(node, alice) as there:
        before = here.client.cookies["parley"]
        wrong = await here.client.post("/settings/password", data={"old": "wrong", "new": NEW, "again": NEW})
        assert (wrong.status_code, "This is not your present password." in wrong.text) == (422, True)
        mistyped = await here.client.post(
            "/settings/password", data={"old": PASSWORD, "new": NEW, "again": "x"}
        )
        assert (mistyped.status_code, "are not the same" in mistyped.text) == (422, True)
        done = await here.client.post("/settings/password", data={"old": PASSWORD, "new": NEW, "again": NEW})
        assert done.headers["location"] == "/settings/sessions?changed=1"
        assert here.client.cookies["parley"] != before
        assert "Your password is changed" in (await here.open("/settings/sessions?changed=1")).text
        assert (await there.client.get("/settings")).headers["location"].startswith("/sign-in")


async def test_ending_sign_ins_and_making_a_token(node: RunningNode, site: Site) -> None:
    """Another browser is ended; a token is shown once, works, and is ended with all others."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as here, visitor(node, alice) as there:
        page = await here.open("/settings/sessions")
        (form,) = [one for one in page.all("form") if one.attributes["action"].endswith("/end")]
        answer = await here.client.post(form.attributes["action"])
        assert answer.headers["location"] == "/settings/sessions?ended=1"
        assert (await there.client.get("/")).status_code == 303
        made = await here.client.post("/settings/tokens", data={"name": "Timetable"})
        assert made.headers["cache-control"] == "no-store"
        secret = made.text.partition('<code class="secret" id="secret">')[2].partition("<")[0]
        async with node.client(token=secret) as program:
            assert (await program.get("/api/session")).json()["person"]["login"] == "alice"
            page = await here.open("/settings/sessions")
            assert "Timetable" in page.text
            assert secret not in here.response.text
            await here.client.post("/settings/sessions")
            assert (await program.get("/api/session")).status_code == 401
        assert (await here.client.get("/settings")).status_code == 200


async def test_ending_this_one_is_signing_out(node: RunningNode, site: Site) -> None:
    """By its own address, which the page does not offer."""
    alice = await factories.person(site, "alice")
    async with browser(node, alice) as here:
        (this,) = [one for one in (await here.client.get("/api/sessions")).json()["items"] if one["this"]]
        answer = await here.client.post(f"/settings/sessions/{this['id']}/end")
        assert answer.headers["location"] == "/sign-in"
        assert "parley" not in here.client.cookies
