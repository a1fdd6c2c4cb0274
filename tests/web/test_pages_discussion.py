"""A discussion without scripts: reading from where one is, answering, the circle."""

import pytest

from app import mailbox
from app.discussions import mark_read
from app.site import Identity, Site
from app.verdicts import NewReply
from store.columns import new_id
from tests import factories
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.html import Element, fields_of, visitor


async def test_the_new_message_is_one_step_away(node: RunningNode, site: Site) -> None:
    """ "You have a new message" leads straight to it when it is one, to the list when there are more."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], subject="First")
    async with visitor(node, bob) as reader:
        page = await reader.open("/")
        assert page.one("p", "new-message").text == "You have a new message"
        assert page.one("title").text == "(1) Personal messaging · Parley"
        assert page.one("unread-badge").one("span", "count").text == "1"
        await reader.open(page.one("p", "new-message").one("a").attributes["href"])
        assert reader.path == f"/discussions/{room}"
        await factories.discussion(site, alice, [bob], subject="Second")
        page = await reader.open("/boxes/sent")
        assert page.one("p", "new-message").text == "You have 2 new messages"
        page = await reader.open("/unread")
        assert reader.path == "/boxes/inbox"
        assert [row.one("span", "row-subject").text for row in page.all("li", "unread")] == [
            "Second",
            "First",
        ]


async def test_reading_and_marking_as_read(node: RunningNode, site: Site) -> None:
    """It opens with a line before what is new; without scripts a button marks it as read."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], body="Opening")
    await _say(node, bob, room, "Mine")
    await _say(node, alice, room, "News")
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        log = page.one("ol", "entries")
        kinds = [item.attributes["class"].split()[0] for item in log.all("li")]
        assert kinds == ["day", "entry", "entry", "new-line", "entry"]
        assert [entry.one("div", "body").text for entry in log.all("li", "entry")] == [
            "Opening",
            "Mine",
            "News",
        ]
        assert "own" in log.one(id="e2").attributes["class"]
        await reader.submit(page.one("form", "mark-read"))
        assert reader.path == f"/discussions/{room}"
        assert reader.page.all("form", "mark-read") == []
    assert (await mailbox.unread(site, bob)).count == 0


async def test_a_long_log_is_read_in_parts(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Earlier entries are one link away until the first; a link to any entry shows it; the end is one link away."""
    node = await node_factory(sqlite_url, rate_limits="off")
    site = node.site
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    for number in range(2, 131):
        await _say(node, alice, room, f"number {number}")
    await mark_read(site, bob, room, 130)
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert _numbers(page) == list(range(81, 131))
        page = await reader.open(f"/discussions/{room}" + page.one("a", "earlier").attributes["href"])
        assert _numbers(page) == list(range(31, 81))
        page = await reader.open(f"/discussions/{room}" + page.one("a", "earlier").attributes["href"])
        assert _numbers(page) == list(range(1, 31))
        assert page.all("a", "earlier") == []
        assert "data-partial" in page.one("message-log").attributes
        page = await reader.open(f"/discussions/{room}" + page.one("a", "later").attributes["href"])
        assert _numbers(page) == list(range(31, 81))
        page = await reader.open(page.one("a", "newest").attributes["href"])
        assert _numbers(page) == list(range(81, 131))
        page = await reader.open(f"/discussions/{room}?at=40")
        assert _numbers(page) == list(range(30, 80))


async def test_answering(node: RunningNode, site: Site) -> None:
    """A reply is posted once however often its form is sent; it can quote an entry; Markdown is shown as such."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], body="Question <i>&</i>")
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}?reply_to=1")
        assert page.one("p", "quoting").one("span", "quoting-name").text == "In reply to Alice"
        form = page.one("reply-composer").one("form")
        page = await reader.submit(form, body="An *answer*\r\nin two lines")
        again = await reader.submit(form, body="An *answer*\r\nin two lines")
        assert _numbers(page) == _numbers(again) == [1, 2]
        answer = page.one(id="e2")
        assert answer.one("em").text == "answer"
        assert answer.one("a", "quoted").text == "Alice Question <i>&</i>"
        assert page.one("a", "quoted").attributes["href"] == "#e1"


@pytest.mark.parametrize(
    ("body", "said"), [(" \n", "Write something first."), ("x" * 20_001, "Nothing was lost")]
)
async def test_a_refused_reply_is_kept(node: RunningNode, site: Site, body: str, said: str) -> None:
    """What could not be posted stands in the composer again, with the reason."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        page = await reader.submit(page.one("reply-composer").one("form"), body=body)
        assert reader.response.status_code == 422
        assert said in page.one(id="reply-error").text
        kept = dict(fields_of(page.one("reply-composer").one("form")))["body"]
        assert kept.replace("\r\n", "\n") == body


async def test_adding_with_and_without_history(node: RunningNode, site: Site) -> None:
    """One searches, chooses and adds in the panel; who came without history sees nothing from before."""
    alice, bob, carol, dave = await factories.people(site, "alice", "bob", "carol", "dave")
    room = await factories.discussion(site, alice, [bob], body="Said before")
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        page = await reader.submit(_adding(page), "search", add_search="dav")
        assert "open" in page.one("details", "participants").attributes
        page = await reader.submit(_adding(page), "add", add=[f"person:{dave.person_id}"])
        form = _adding(page)
        fields = {name: value for name, value in fields_of(form) if name != "share_history"}
        answer = await reader.client.post(
            form.attributes["action"],
            data=fields | {"add": f"person:{carol.person_id}", "action": "add", "box": "progress"},
        )
        assert answer.headers["location"] == f"/discussions/{room}?box=progress#end"
        page = await reader.open(f"/discussions/{room}")
        assert [line.one("span", "sentence").text for line in page.all("li", "system")] == [
            "Bob added Dave",
            "Bob added Carol",
        ]
        origins = {li.one(class_="participant-name").text: li.one("span", "participant-origin").text
                   for li in page.one("ul", "participants-list").all("li")}  # fmt: skip
        assert origins == {"Alice": "Wrote the message", "Bob": "From the beginning",
                           "Carol": "Added by Bob, now", "Dave": "Added by Bob, now"}  # fmt: skip
    async with visitor(node, dave) as reader:
        assert _numbers(await reader.open(f"/discussions/{room}")) == [1, 2, 3]
    async with visitor(node, carol) as reader:
        page = await reader.open(f"/discussions/{room}?before=99")
        assert _numbers(page) == [3]
        assert "Said before" not in reader.response.text


async def test_removing_and_stopping(node: RunningNode, site: Site) -> None:
    """Only those who may are offered to remove somebody; stopping asks first; both end all sight at once."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob, carol], body="Secret words")
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert page.all("button", "remove-participant") == []
    async with visitor(node, alice) as reader:
        page = await reader.open(f"/discussions/{room}")
        button = page.one("li", **{"data-person": carol.person_id}).one("button", "remove-participant")
        page = await reader.open(button.attributes["formaction"])
        assert page.one("h1").text == "Remove Carol from this discussion?"
        page = await reader.submit(page.one("form", "actions"))
        assert page.one("li", "system").one("span", "sentence").text == "Alice removed Carol"
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        page = await reader.open(page.one("a", "stop").attributes["href"])
        assert page.one("h1").text == "Stop participation to this discussion"
        await reader.submit(page.one("form", "actions"))
        assert reader.path == "/boxes/inbox"
    for gone in (bob, carol):
        async with visitor(node, gone) as reader:
            page = await reader.open(f"/discussions/{room}")
            assert reader.response.status_code == 404
            assert page.one("h1").text == "There is nothing here that you can see"
            await reader.open("/boxes/progress")
            assert "Secret words" not in reader.response.text


async def test_a_refused_addition_is_explained(node: RunningNode, site: Site) -> None:
    """Who cannot be added is named with the reason, in the open panel; adding nobody is explained as well."""
    alice, bob = await factories.people(site, "alice", "bob")
    (carol,) = await factories.people(site, "carol", messaging="no")
    room = await factories.discussion(site, alice, [bob])
    async with visitor(node, bob) as reader:
        page = await reader.open(f"/discussions/{room}")
        page = await reader.submit(_adding(page), "add")
        assert _adding(page).one("p", "error").text == "Choose at least one person or group, then add."
        page = await reader.submit(_adding(page), "add", add=[f"person:{carol.person_id}"])
        assert _adding(page).one("p", "error").text.startswith("Carol does not use the messaging.")
        assert _adding(page).one("li", "chip").one("span", "chip-name").text == "Carol"


async def test_many_participants(node: RunningNode, site: Site) -> None:
    """A room of 300 shows five faces and how many more there are; the panel lists all."""
    alice, *others = await factories.people(site, "alice", *(f"guest{number}" for number in range(299)))
    everybody = await factories.group(site, "Everybody", others)
    room = await factories.discussion(site, alice, [everybody])
    async with visitor(node, others[0]) as reader:
        page = await reader.open(f"/discussions/{room}")
        assert page.one("span", "participants-count").text == "300 participants"
        assert page.one("span", "more").text == "+295"
        assert len(page.one("ul", "participants-list").all("li")) == 300


async def test_fragments(node: RunningNode, site: Site) -> None:
    """Parts of pages for the browser: rows, home, boxes, participants; 401 for who is signed out."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], subject="Live")
    addresses = [f"/fragments/rows?box=inbox&ids={room},{new_id()}", "/fragments/home",
                 "/fragments/boxes?box=inbox", f"/fragments/participants/{room}"]  # fmt: skip
    async with visitor(node, bob) as reader:
        page = await reader.open(addresses[0])
        assert [row.attributes["id"] for row in page.all("li", "row")] == [f"row-{room}"]
        assert (await reader.open(addresses[1])).one("h2", id="home-new").text == "New messages"
        assert (await reader.open(addresses[2])).one("a", **{"aria-current": "page"}).text == "Inbox 1"
        assert (await reader.open(addresses[3])).one("summary", "participants-summary")
    async with visitor(node, None) as reader:
        for address in addresses:
            assert (await reader.client.get(address)).status_code == 401


async def _say(node: RunningNode, who: Identity, room: str, body: str) -> None:
    await node.app.state.node.replies.post(NewReply(who.ref, room, new_id(), body))


def _numbers(page: Element) -> list[int]:
    return [int(entry.attributes["data-seq"]) for entry in page.one("ol", "entries").all("li", "entry")]


def _adding(page: Element) -> Element:
    return page.one("form", "add-participants")
