"""Writing a message without scripts: nothing that was typed is ever lost."""

import asyncio

import pytest

from app import drafts, mailbox
from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import Element, fields_of, visitor

TEXT = "  Dear all,\n\nthe *bus* leaves at eight. <b>&amp;</b> “ça” 🙂 مرحبا\n"


async def test_without_recipients(node: RunningNode, site: Site) -> None:
    """A message sent to nobody stays a draft and comes to "Add a participant": choose, add, send."""
    alice, bob = await factories.people(site, "alice", "bob")
    staff = await factories.group(site, "Staff", [alice, bob])
    async with visitor(node, alice) as writer:
        page = await writer.open("/new")
        page = await writer.submit(_message(page), "send", subject="Trip", body=TEXT)
        assert writer.path.endswith("/participants")
        assert page.one("h1").text == "Add a participant"
        page = await writer.submit(_step(page), "send")
        assert writer.response.status_code == 422
        assert "kept as a draft" in page.one(id="problems").text
        page = await writer.submit(_step(page), "search", add_search="sta")
        assert page.one("fieldset").one("label").text.startswith("Staff")
        page = await writer.submit(_step(page), "add", add=[f"group:{staff.id}"])
        assert page.one("ul", "recipient-list").text.startswith("Staff")
        page = await writer.submit(_step(page), "send")
        assert writer.path.startswith("/discussions/")
        assert page.one("h1").text == "Trip"
    assert (await mailbox.unread(site, bob)).count == 1


async def test_a_search_loses_nothing(node: RunningNode, site: Site) -> None:
    """Looking for a recipient shows who matches, with everything typed so far, to the last character."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with visitor(node, alice) as writer:
        page = await writer.open(f"/new?to=person:{bob.person_id}")
        page = await writer.submit(_message(page), "search", cc_search="car", subject="A & B <i>", body=TEXT)
        fields = dict(fields_of(_message(page)))
        assert fields["to"] == f"person:{bob.person_id}"
        assert fields["subject"] == "A & B <i>"
        assert fields["body"].replace("\r\n", "\n") == TEXT
        assert (
            page.one("input", type="checkbox", name="cc").attributes["value"] == f"person:{carol.person_id}"
        )
        cc = [f"person:{carol.person_id}"]
        page = await writer.submit(_message(page), f"to:person:{bob.person_id}", "remove", cc=cc)
        fields = dict(fields_of(_message(page)))
        assert "to" not in fields
        assert fields["cc"] == cc[0]
        assert fields["body"].replace("\r\n", "\n") == TEXT


async def test_refused_recipients_are_named(node: RunningNode, site: Site) -> None:
    """Nothing is sent if one may not be written to: she is named with the reason, and the message is kept."""
    alice, bob = await factories.people(site, "alice", "bob")
    (carol,) = await factories.people(site, "carol", messaging="no")
    async with visitor(node, alice) as writer:
        page = await writer.open("/new")
        to = [f"person:{each.person_id}" for each in (bob, carol)]
        page = await writer.submit(_message(page), "send", subject="Trip", body=TEXT, to=to)
        assert writer.response.status_code == 422
        assert page.one("div", "error").one("li").text.startswith("Carol does not use the messaging.")
        refused = page.one("form", "message-form").all("li", "chip", **{"data-refused": ""})
        assert [chip.one("span", "chip-name").text for chip in refused] == ["Carol"]
        page = await writer.submit(_message(page), f"to:{to[1]}", "remove")
        await writer.submit(_message(page), "send")
        assert writer.path.startswith("/discussions/")
    assert (await drafts.list_drafts(site, alice)).items == []
    assert (await mailbox.unread(site, bob)).count == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"subject": "s" * 201, "body": "x"}, "more than 200 characters"),
        ({"subject": "s", "body": "x" * 20_001}, "more than 20,000 characters"),
        ({"subject": "s", "body": " \n "}, "Write a text before you send"),
        ({"subject": "s", "body": "a\0b"}, "could not be understood"),
    ],
)
async def test_what_is_wrong_is_said(node: RunningNode, site: Site, typed: dict[str, str], said: str) -> None:
    """Each field that is wrong is explained, and shown again as it was."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await writer.open(f"/new?to=person:{bob.person_id}")
        page = await writer.submit(_message(page), "send", **typed)
        assert writer.response.status_code == 422
        assert said in page.one("div", "error").text
        assert dict(fields_of(_message(page)))["subject"] == typed["subject"]
        if "\0" not in typed["body"]:
            assert dict(fields_of(_message(page)))["body"].replace("\r\n", "\n") == typed["body"]


async def test_a_double_click_sends_once(node: RunningNode, site: Site) -> None:
    """The same form sent twice at once is one message; both answers lead to it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await writer.open(f"/new?to=person:{bob.person_id}")
        fields = dict(fields_of(_message(page))) | {"subject": "Once", "body": "x", "action": "send"}
        answers = await asyncio.gather(*(writer.client.post("/new", data=fields) for _ in range(2)))
    assert {answer.status_code for answer in answers} == {303}
    assert len({answer.headers["location"].partition("?")[0] for answer in answers}) == 1
    assert len((await mailbox.box(site, bob, "inbox")).items) == 1


async def test_saving_and_going_on(node: RunningNode, site: Site) -> None:
    """A draft is saved, found in its box, changed and sent; its address then leads to the discussion."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await writer.open(f"/new?to=person:{bob.person_id}")
        page = await writer.submit(_message(page), "save", subject="Later", body=TEXT)
        draft = writer.path
        assert page.one("p", "saved").text.startswith("Saved at ")
        assert page.one("meta", name="parley-forget").attributes["content"] == "new"
        page = await writer.open("/boxes/drafts")
        assert page.one("a", "row-link").attributes["href"] == draft
        page = await writer.open(draft)
        await writer.submit(_message(page), "send", subject="Now")
        assert writer.path == draft.replace("drafts", "discussions")
        await writer.open(draft)
        assert writer.path == draft.replace("drafts", "discussions")


async def test_two_tabs_on_one_draft(node: RunningNode, site: Site) -> None:
    """The older save is refused and says so; what was typed there is kept, and can be saved over the other."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as writer:
        page = await writer.open("/new")
        page = await writer.submit(_message(page), "save", subject="First", body="1")
        draft, older = writer.path, _message(page)
        await writer.submit(_message(page), "save", subject="Second", body="2")
        page = await writer.submit(older, "save", subject="Third", body="3")
        other = page.one("section", "conflict")
        assert other.one("p", "subject-line").text == "Second"
        assert other.one("div", "body").text == "2"
        assert other.one("a", "take-other").attributes["href"] == draft
        assert dict(fields_of(_message(page)))["body"] == "3"
        page = await writer.submit(_message(page), "save")
        assert writer.path == draft
    assert [draft.body for draft in (await drafts.list_drafts(site, alice)).items] == ["3"]


async def test_cancelling_asks_first(node: RunningNode, site: Site) -> None:
    """Cancel asks before anything is lost, keeps everything for who goes on, and discards for who does not."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as writer:
        page = await writer.open("/new")
        page = await writer.submit(_message(page), "save", subject="Doubt", body=TEXT)
        draft = writer.path
        page = await writer.submit(_message(page), "cancel")
        assert page.one("h1").text == "Discard this message?"
        page = await writer.submit(page.one("form", action=draft), "keep")
        assert dict(fields_of(_message(page)))["body"].replace("\r\n", "\n") == TEXT
        page = await writer.submit(_message(page), "cancel")
        await writer.submit(page.one("form", action=draft), "discard")
        assert writer.path == "/boxes/drafts"
        await writer.submit(_message(await writer.open("/new")), "cancel")
        assert writer.path == "/boxes/drafts"
    assert (await drafts.list_drafts(site, alice)).items == []


async def test_a_session_that_ended_loses_nothing(node: RunningNode, site: Site) -> None:
    """What was sent along waits on the page that says so; signed in again in another tab, it goes on from there."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as writer:
        page = await writer.open(f"/new?to=person:{bob.person_id}")
        writer.client.cookies.delete("parley")
        page = await writer.submit(_message(page), "send", subject="Trip", body=TEXT, reply_policy="nobody")
        assert writer.response.status_code == 401
        assert page.one("h1").text == "You are signed out"
        writer.client.cookies.update(await factories.signed_in(site, alice))
        page = await writer.submit(page.one("form", "actions"), "send")
        assert page.one("h1").text == "Trip"
    (row,) = (await mailbox.box(site, bob, "inbox")).items
    assert row.last.text.startswith("Dear all")


async def test_a_draft_discarded_elsewhere_loses_nothing(node: RunningNode, site: Site) -> None:
    """What is typed on a draft that is gone becomes a new message."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as writer:
        page = await writer.submit(_message(await writer.open("/new")), "save", subject="First", body="1")
        await drafts.discard(site, alice, writer.path.rpartition("/")[2])
        page = await writer.submit(_message(page), "save", body="2")
        assert writer.response.status_code == 404
        assert "discarded meanwhile" in page.one(id="problems").text
        await writer.submit(_message(page), "save")
        assert writer.response.status_code == 200
    assert [draft.body for draft in (await drafts.list_drafts(site, alice)).items] == ["2"]


async def test_a_preview_is_what_readers_will_see(node: RunningNode, site: Site) -> None:
    """The rendered text in place of the field, which is still in the form; back to writing, nothing has changed."""
    alice = await factories.person(site, "alice")
    async with visitor(node, alice) as writer:
        page = await writer.submit(_message(await writer.open("/new")), "preview", body="*a* <b>b</b>")
        assert page.one("div", "preview").one("em").text == "a"
        assert page.one("div", "preview").all("b") == []
        assert "hidden" in page.one("textarea").attributes
        page = await writer.submit(_message(page), "write")
        assert dict(fields_of(_message(page)))["body"] == "*a* <b>b</b>"
        assert "hidden" in page.one("div", "preview").attributes


def _message(page: Element) -> Element:
    return page.one("form", "message-form")


def _step(page: Element) -> Element:
    return page.one("form", "message-form")
