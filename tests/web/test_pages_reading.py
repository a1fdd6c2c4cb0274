"""Reading a discussion without scripts: where links into it lead, and what one does with it for oneself."""

import json
from datetime import UTC, datetime

import pytest

from app import discussions, mailbox, participants
from app.downloading import whole
from app.drafts import Address
from app.errors import NotFound
from app.site import Identity, Site
from app.verdicts import NewReply
from store.columns import new_id
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.html import Element, visitor
from web.dates import Dates, zone_called
from web.downloads import download
from web.i18n import LANGUAGES
from web.rendering import View
from web.static_files import static_files

DATES = Dates(LANGUAGES["en"].locale, zone_called("UTC"), datetime(2026, 11, 21, tzinfo=UTC))


async def test_a_quotation_leads_to_what_it_quotes(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Also where that stands in another part of the log; who does not see it is told that there is something."""
    node = await node_factory(sqlite_url, rate_limits="off")
    site = node.site
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob], body="Long ago")
    for number in range(2, 62):
        await _say(node, bob, room, f"number {number}")
    await participants.add(site, bob, room, [Address("person", carol.person_id)], share_history=False)
    await _say(node, alice, room, "Quoting", reply_to=1)
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        quoted = page.one(id="e63").one("a", "quoted")
        assert quoted.text == "Alice Long ago"
        page = await reader.open(f"/discussions/{room}{quoted.attributes['href']}")
        assert page.one(id="e1").one("div", "body").text == "Long ago"
    async with visitor(node, carol) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert page.one("a", "quoted").text == "An earlier reply"
        assert "Long ago" not in reader.response.text


async def test_a_reply_outlives_the_session(node: RunningNode, site: Site) -> None:
    """What was typed waits on the page that says that one is signed out; signed in again, it is posted from there."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, bob, [alice])
    async with visitor(node, alice) as writer:
        page = await writer.open(f"/discussions/{room}")
        writer.client.cookies.delete("parley")
        form = page.one("form", action=f"/discussions/{room}/replies")
        page = await writer.submit(form, "", body="All of it.")
        assert writer.response.status_code == 401
        assert page.one("h1").text == "You are signed out"
        writer.client.cookies.update(await factories.signed_in(site, alice))
        page = await writer.submit(page.one("form", "actions"), "")
        assert writer.response.status_code == 200
    assert (await discussions.entries(site, alice, room)).items[-1].body == "All of it."


async def test_an_entry_by_itself(node: RunningNode, site: Site) -> None:
    """Without scripts an entry has a page with its link, and from there what follows is marked as unread."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], body="Opening")
    await _say(node, alice, room, "Second")
    await discussions.mark_read(site, bob, room, 2)
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}?box=progress")
        page = await reader.open(page.one(id="e2").one("a", "entry-more").attributes["href"])
        assert page.one("div", "body").text == "Second"
        link = page.one("input", id="link").attributes["value"]
        assert link.endswith(f"/discussions/{room}?at=2#e2")
        form = page.one("form", action=f"/discussions/{room}/unread")
        page = await reader.submit(form)
        assert reader.path == "/boxes/progress"
        assert page.one("li", "unread").attributes["id"] == f"row-{room}"
        page = await reader.open(f"/discussions/{room}")
        kinds = [item.attributes["class"].split()[0] for item in page.one("ol", "entries").all("li")]
        assert kinds == ["day", "entry", "new-line", "entry"]
        for nowhere in ("0", "3", "x"):
            assert (await reader.client.get(f"/discussions/{room}/entries/{nowhere}")).status_code == 404


async def test_muting(node: RunningNode, site: Site) -> None:
    """It is said beside the subject, counts nowhere, and can be undone in the same place."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert page.all("span", "muted-sign") == []
        page = await reader.submit(page.one("form", action=f"/discussions/{room}/mute"), "yes", "muted")
        assert page.one("span", "muted-sign").text.startswith("Muted")
        assert (await mailbox.unread(site, bob)).count == 0
        fragment = await reader.open(f"/fragments/own-view/{room}")
        assert fragment.one("button", value="no").text == "Unmute"
        page = await reader.open(f"/discussions/{room}")
        page = await reader.submit(page.one("form", action=f"/discussions/{room}/mute"), "no", "muted")
        assert page.all("span", "muted-sign") == []
        assert (await mailbox.unread(site, bob)).count == 1


async def test_filing_from_the_discussion(node: RunningNode, site: Site) -> None:
    """It is deleted, restored or marked as unread from its own menu, and the box says so with the way back."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    await discussions.mark_read(site, bob, room, 1)
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        page = await reader.submit(_own(page), "unread")
        assert page.one("li", "unread").attributes["id"] == f"row-{room}"
        page = await reader.submit(_own(await reader.open(f"/discussions/{room}")), "trash")
        assert page.one("form", "undo-notice").one("p").text == "1 discussion is in the trash"
        page = await reader.open(f"/discussions/{room}")
        assert [button.text for button in _own(page).all("button")][-1] == "Restore"
        await reader.submit(_own(page), "restore")
        assert _own(await reader.open(f"/discussions/{room}")).all("button", value="trash")


async def test_downloading(node: RunningNode, site: Site) -> None:
    """As text and as JSON, within one's sight, under a harmless name, by the page and by the API."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob], body="Said before", subject='../a "b"\r\nX: y')
    await _say(node, bob, room, "An *answer*\n[9] 12:00  Alice", reply_to=1)
    await participants.add(site, bob, room, [Address("person", carol.person_id)], share_history=False)
    async with visitor(node, bob) as reader:
        answer = await reader.client.get(f"/discussions/{room}/download?as=text")
        assert answer.headers["content-type"] == "text/plain; charset=utf-8"
        name = answer.headers["content-disposition"]
        assert name.startswith("attachment; ")
        assert not set(name.partition("filename*")[0]) & set("/\\\r\n")
        lines = answer.text.splitlines()
        assert lines[1] == "Participants: Alice, Bob and Carol"
        assert "    An *answer*" in lines
        # What somebody wrote cannot pass for a line of somebody else.
        assert "    [9] 12:00  Alice" in lines
        assert "    (In reply to entry 1)" in lines
        assert lines[-1].endswith("Bob added Carol")
        for address in (f"/discussions/{room}/download?as=json", f"/api/discussions/{room}/download"):
            answer = await reader.client.get(address)
            assert answer.headers["content-type"] == "application/json"
            got = answer.json()
            assert [entry["seq"] for entry in got["entries"]] == [1, 2, 3]
            assert got["entries"][1]["body"] == "An *answer*\n[9] 12:00  Alice"
            assert got["complete"] is True
        assert (await reader.client.get(f"/discussions/{room}/download?as=exe")).status_code == 404
    async with visitor(node, carol) as reader:
        for form in ("text", "json"):
            text = (await reader.client.get(f"/discussions/{room}/download?as={form}")).text
            assert "Said before" not in text
            assert "answer" not in text


async def test_a_long_discussion_is_taken_away_in_parts(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Hundreds of entries come in order, once each, on paper and as a file; each day is named once."""
    node = await node_factory(sqlite_url, rate_limits="off")
    alice, bob = await factories.people(node.site, "alice", "bob")
    room = await factories.discussion(node.site, alice, [bob])
    for number in range(2, 411):
        await _say(node, bob, room, f"number {number}", reply_to=1 if number == 400 else None)
    async with visitor(node, alice) as reader:
        entries = (await reader.client.get(f"/discussions/{room}/download?as=json")).json()["entries"]
        assert [entry["seq"] for entry in entries] == list(range(1, 411))
        page = await reader.open(f"/discussions/{room}/print")
        log = page.one("ol", "entries")
        assert [entry.attributes["id"] for entry in log.all("li", "entry")] == [
            f"e{n}" for n in range(1, 411)
        ]
        assert len(log.all("li", "day")) == 1
        assert log.all("li", "new-line") == []
        assert page.one(id="e400").one("a", "quoted").text == "Alice Hello."


async def test_who_loses_it_meanwhile_gets_no_more_of_it(node: RunningNode, site: Site) -> None:
    """The rest is not read, and what has come says that it is not whole."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    overview = await discussions.overview(site, bob, room)
    await participants.remove(site, alice, room, bob.person_id)
    with pytest.raises(NotFound):
        _ = [lines async for lines in whole(site, bob, overview)]
    view = View(bob, LANGUAGES["en"], None, "enter", True, DATES, static_files(), "/", "", 0, None)
    pieces = download(site, bob, overview, "json", view).body_iterator
    written = b"".join([piece async for piece in pieces if isinstance(piece, bytes)])
    assert json.loads(written) | {"entries": [], "complete": False} == json.loads(written)


def _own(page: Element) -> Element:
    """The form in a discussion's menu that files it."""
    return page.one("div", "own-view-card").one("form", action="/boxes/inbox")


async def _say(
    node: RunningNode, who: Identity, room: str, body: str, *, reply_to: int | None = None
) -> None:
    await node.app.state.node.replies.post(NewReply(who.ref, room, new_id(), body, reply_to))
