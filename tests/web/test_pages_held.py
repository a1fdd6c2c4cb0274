"""A message on its way, on pages without scripts: shown to its author alone, taken back, or gone over by itself."""

from typing import Any

from app import mailbox
from app.people import suspend
from app.site import Site
from tests import factories
from tests.app.departing import falls_due
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.waiting import wait_for
from tests.web.html import Element, Visitor, visitor


async def undoing(node_factory: NodeFactory, url: str, seconds: float = 60) -> tuple[RunningNode, Site]:
    """A node on which what was sent can be taken back for so long."""
    node = await node_factory(url, undo_seconds=seconds)
    site: Site = node.app.state.node.site
    return node, site


async def send(writer: Visitor, whom: str, **typed: Any) -> Element:
    """Write a message and press "Send"."""
    page = await writer.open(f"/new?to=person:{whom}")
    form = page.one("form", "message-form")
    return await writer.submit(form, "send", **{"subject": "Trip", "body": "It *leaves*", **typed})


async def test_undo(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Nobody has it while it waits, only its author sees it; taken back it is the draft again, in its box."""
    node, site = await undoing(node_factory, sqlite_url)
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer, visitor(node, bob) as reader:
        page = await send(writer, bob.person_id)
        address = writer.path
        assert address.startswith("/discussions/")
        assert (page.one("h1").text, page.one("dl", "held-to").text) == ("Trip", "To Bob")
        assert page.one("div", "body").one("em").text == "leaves"
        assert page.one("meta", name="parley-forget").attributes["content"] == "new"
        refresh = page.one("meta", **{"http-equiv": "refresh"}).attributes["content"]
        assert 1 < int(refresh.partition(";")[0]) <= 61
        assert (await writer.open("/boxes/drafts")).all("li", "row") == []
        await writer.open(address.replace("discussions", "drafts"))
        assert writer.path == address
        await reader.open(address)
        assert reader.response.status_code == 404
        page = await writer.open(address)
        page = await writer.submit(page.one("form", "held"))
        assert writer.path == address.replace("discussions", "drafts")
        assert page.one("input", id="subject").attributes["value"] == "Trip"
        await writer.open(address)
        assert writer.path == address.replace("discussions", "drafts")
        assert len((await writer.open("/boxes/drafts")).all("li", "row")) == 1
    assert (await mailbox.unread(site, bob)).count == 0


async def test_it_goes_over_into_the_discussion(node_factory: NodeFactory, sqlite_url: str) -> None:
    """The same address shows the discussion once it has left, and there is nothing to take back any more."""
    node, site = await undoing(node_factory, sqlite_url)
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await send(writer, bob.person_id)
        form, address = page.one("form", "held"), writer.path
        await falls_due(site, address.rpartition("/")[2])

        async def is_there() -> bool:
            return (await mailbox.unread(site, bob)).count == 1

        await wait_for(is_there, "the message leaves")
        page = await writer.submit(form)
        assert writer.path == address
        assert page.one("message-log").attributes["data-head"] == "1"


async def test_what_came_back_says_why(node_factory: NodeFactory, sqlite_url: str) -> None:
    """A recipient who may not be written to any more is named in the draft, which its box points out."""
    node, site = await undoing(node_factory, sqlite_url)
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        await send(writer, bob.person_id)
        message, address = writer.path.rpartition("/")[2], writer.path
        await suspend(site, "bob")
        await falls_due(site, message)

        async def is_back() -> bool:
            return bool((await writer.open("/boxes/drafts")).all("li", "row"))

        await wait_for(is_back, "the message comes back")
        assert "could not be sent" in writer.page.one("span", "row-note").text
        page = await writer.open(address)
        assert writer.response.status_code == 200
        assert "nobody has it" in page.one(id="problems").text
        assert page.one(id="problems").one("li").text.startswith("Bob has no active account")
        assert page.one("input", id="subject").attributes["value"] == "Trip"


async def test_separately(node_factory: NodeFactory, sqlite_url: str) -> None:
    """What was sent to each separately leads to all of them under "Sent"."""
    node, site = await undoing(node_factory, sqlite_url, 0)
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with visitor(node, alice) as writer:
        also = [f"person:{carol.person_id}"]
        page = await send(writer, bob.person_id, to=also, separately=["yes"])
        assert writer.path == "/boxes/sent"
        assert {row.one("span", "row-people").text for row in page.all("li", "row")} == {"Bob", "Carol"}
