"""Sending later and quiet hours, on pages without scripts."""

from datetime import timedelta
from typing import Any

import pytest

from app import mailbox
from app.site import Identity, Site
from tests import factories
from tests.app.departing import ALWAYS
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.html import Element, Visitor, visitor
from web.pages.later import as_typed


async def write(writer: Visitor, whom: Identity | None, action: str, **typed: Any) -> Element:
    """Write a message and press a button."""
    page = await writer.open(f"/new?to=person:{whom.person_id}" if whom else "/new")
    form = page.one("form", "message-form")
    return await writer.submit(form, action, **{"subject": "Trip", "body": "It *leaves*", **typed})


def wall(site: Site, me: Identity, **ahead: float) -> str:
    """What clocks show so far from now, as the field takes it."""
    return as_typed(me, site.now() + timedelta(**ahead))


def row_of(page: Element) -> Element:
    """The only message that waits."""
    return page.one("waiting-messages").one("li", "row")


async def test_send_later(node: RunningNode, site: Site) -> None:
    """By a time that is offered or typed: the page says when it leaves, and so does the drafts box, which counts it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer, visitor(node, bob) as reader:
        page = await writer.open("/new")
        offer = page.one("details", "later").all("button")[0].attributes["value"]
        page = await write(writer, bob, offer)
        address = writer.path
        assert address.startswith("/discussions/")
        assert "Nobody has it yet" in page.one("section", "waits").text
        assert page.one("section", "waits").one("time").text.startswith("This message leaves on ")
        assert page.one("meta", **{"http-equiv": "refresh"}).attributes["content"].startswith("3601;")
        await write(writer, bob, "later", send_at=wall(site, alice, days=3), subject="Other")
        page = await writer.open("/boxes/drafts")
        rows = page.one("waiting-messages").all("li", "row")
        assert [row.one("span", "row-subject").text for row in rows] == ["Trip", "Other"]
        assert rows[0].one("time").text.startswith("Leaves on ")
        assert page.one("a", **{"data-place": "drafts"}).one("span", "count").text == "2"
        assert page.one("message-list").all("li", "row") == []
        titles = page.one("waiting-messages").all("h2")
        assert [title.text for title in titles] == ["Sent later", "Editing in progress"]
        await reader.open(address)
        assert reader.response.status_code == 404
        assert (await reader.open("/fragments/waiting")).all("li") == []
    assert (await mailbox.unread(site, bob)).count == 0


async def test_think_again(node: RunningNode, site: Site) -> None:
    """Another time; taken back it is a draft that keeps the time in its form; sent now it is a discussion."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        first, second = wall(site, alice, days=3), wall(site, alice, days=2)
        page = await write(writer, bob, "later", send_at=first)
        address = writer.path
        before = page.one("section", "waits").one("time").attributes["datetime"]
        page = await writer.submit(page.one("form", "leaving"), "later", send_at=second)
        assert writer.path == address
        assert page.one("section", "waits").one("time").attributes["datetime"] < before
        page = await writer.submit(page.one("form", action=f"/drafts/{address[13:]}/undo"))
        assert page.one("input", id="send-at").attributes["value"] == second
        assert "open" in page.one("details", "later").attributes
        assert page.one("input", id="subject").attributes["value"] == "Trip"
        page = await writer.submit(page.one("form", "message-form"), "later")
        page = await writer.submit(page.one("form", "leaving"), "now")
        assert writer.path == address
        assert page.one("message-log").attributes["data-head"] == "1"
    assert (await mailbox.unread(site, bob)).count == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Choose a day and a time"),
        ("soon", "Choose a day and a time"),
        ("9999-12-31T23:59", "within a year"),
        ("0001-01-01T00:00", "Choose a day and a time"),
        ("2020-02-02T08:00", "past already"),
    ],
)
async def test_a_time_that_is_none(node: RunningNode, site: Site, typed: str, said: str) -> None:
    """What is wrong is said beside what was typed, which is all still there; a message that waits, waits on."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await write(writer, bob, "later", send_at=typed)
        assert writer.response.status_code == 422
        assert said in page.one(id="problems").text
        field = page.one("input", id="send-at")
        assert (field.attributes["value"], field.attributes["aria-invalid"]) == (typed, "true")
        assert "open" in page.one("details", "later").attributes
        assert page.one("textarea", id="body").text == "It *leaves*"
        page = await writer.submit(
            page.one("form", "message-form"), "later", send_at=wall(site, alice, days=1)
        )
        page = await writer.submit(page.one("form", "leaving"), "later", send_at=typed)
        assert writer.response.status_code == 422
        assert said in page.one(id="problems").text
        assert page.one("section", "waits").one("time").text.startswith("This message leaves on ")
    assert (await mailbox.unread(site, bob)).count == 0


async def test_whom_it_is_for_comes_next(node: RunningNode, site: Site) -> None:
    """Sent later to nobody, it asks for participants and keeps its time through every step."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await write(writer, None, "later", send_at=wall(site, alice, days=1))
        assert writer.path.endswith("/participants")
        assert page.one("p", "quiet-line").text.startswith("It leaves on ")
        form = page.one("form", "message-form")
        page = await writer.submit(form, "add", add=[f"person:{bob.person_id}"])
        page = await writer.submit(page.one("form", "message-form"), "send")
        assert "This message leaves on " in page.one("section", "waits").text
    assert (await mailbox.unread(site, bob)).count == 0


async def test_quiet_hours(node_factory: NodeFactory, sqlite_url: str) -> None:
    """A writer is told before and after; only who may is offered to mark it urgent, and then it is delivered now."""
    node = await node_factory(sqlite_url, quiet_hours=ALWAYS, time_zone="UTC", undo_seconds=0)
    site: Site = node.site
    alice, bob = await factories.people(site, "alice", "bob")
    admin = await factories.person(site, "admin", role="admin")
    async with visitor(node, alice) as writer, visitor(node, admin) as allowed:
        page = await writer.open("/new")
        assert page.one("p", "quiet-line").text.startswith("Quiet hours: what you send now is delivered on ")
        assert page.all("input", name="urgent") == []
        page = await write(writer, bob, "send")
        assert page.one("section", "waits").text.startswith("Quiet hours: this message is delivered on ")
        assert [
            b for b in page.all("button", name="action") if b.attributes["value"] in ("now", "urgent")
        ] == []
        assert row_of(await writer.open("/boxes/drafts")).text.count("Quiet hours: leaves on ") == 1
        page = await write(allowed, bob, "send")
        page = await allowed.submit(page.one("form", "leaving"), "urgent")
        assert page.one("h1").text == "Urgent Trip"
        await write(allowed, bob, "send", urgent=["yes"])
        assert allowed.page.one("h1").text == "Urgent Trip"
        async with visitor(node, bob) as reader:
            rows = (await reader.open("/boxes/inbox")).all("li", "row")
            assert [row.one("b", "urgent-sign").text for row in rows] == ["Urgent", "Urgent"]
        page = await write(writer, bob, "send", urgent=["yes"])
        assert writer.response.status_code == 422
        assert "may not mark" in page.one(id="problems").text
        assert "checked" in page.one("input", name="urgent").attributes
    assert (await mailbox.unread(site, bob)).count == 2


async def test_without_quiet_hours_nothing_is_said_of_them(node: RunningNode, site: Site) -> None:
    """Neither to a member nor to an administrator."""
    admin = await factories.person(site, "admin", role="admin")
    async with visitor(node, admin) as writer:
        page = await writer.open("/new")
        assert page.all("p", "quiet-line") == page.all("input", name="urgent") == []
