"""Boxes, folders and the trash as forms and links alone: each action has its way back, or asks first."""

from app import filing, folders, mailbox
from app.site import Identity, Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import Element, Visitor, visitor


async def test_selected_rows_go_to_the_trash_and_come_back(node: RunningNode, site: Site) -> None:
    """Check two of three, delete, look into the trash; "Undo" puts them back."""
    alice, bob = await factories.people(site, "alice", "bob")
    rooms = [await factories.discussion(site, alice, [bob], subject=f"Room {n}") for n in (1, 2, 3)]
    async with visitor(node, bob) as reader:
        page = await reader.open("/boxes/inbox")
        page = await reader.submit(_selection(page), "trash", ids=rooms[:2])
        assert _subjects(page) == ["Room 3"]
        assert "2 discussions are in the trash" in _notice(page).text
        undo = _notice(page)
        page = await reader.open("/boxes/trash")
        assert _subjects(page) == ["Room 2", "Room 1"]
        await reader.open("/boxes/inbox")
        page = await reader.submit(undo, undo.one("button").attributes["value"], "undo")
        assert _subjects(page) == ["Room 3", "Room 2", "Room 1"]
        assert "as they were before" in _notice(page).text


async def test_the_trash_is_left_by_restoring_or_for_good(node: RunningNode, site: Site) -> None:
    """One goes back to its folder; one is asked about and then gone; "Empty the trash" asks, too."""
    alice, bob = await factories.people(site, "alice", "bob")
    rooms = [await factories.discussion(site, alice, [bob], subject=f"Room {n}") for n in (1, 2, 3)]
    folder = await folders.create(site, bob, "Kept")
    async with visitor(node, bob) as reader:
        page = await reader.open("/boxes/inbox")
        page = await reader.submit(_selection(page), folder.id, "move", ids=rooms)
        assert _subjects(page) == []
        page = await reader.open(f"/boxes/folder:{folder.id}")
        await reader.submit(_selection(page), "trash", ids=rooms)
        page = await reader.open("/boxes/trash")
        page = await reader.submit(_selection(page), "restore", ids=rooms[:1])
        assert "1 discussion is restored" in _notice(page).text
        assert await _in_box(site, bob, f"folder:{folder.id}") == rooms[:1]
        page = await reader.submit(_selection(page), "ask", ids=rooms[1:2])
        assert page.one("h1").text == "Delete 1 discussion permanently?"
        assert len(await _in_box(site, bob, "trash")) == 2
        page = await reader.submit(page.one("main").one("form"), "delete")
        assert "1 discussion is deleted permanently" in _notice(page).text
        assert page.one("main").all("button", "undo") == []
        page = await reader.submit(page.one("form", id="empty-trash"))
        assert page.one("h1").text == "Empty the trash?"
        page = await reader.submit(page.one("main").one("form"), "delete")
        assert _subjects(page) == []
        assert await _in_box(site, bob, "trash") == []
    assert len(await _in_box(site, alice, "sent")) == 3


async def test_everything_of_a_box_is_not_what_comes_in_meanwhile(node: RunningNode, site: Site) -> None:
    """Also what is on later pages; but not what came after the page was shown. All of it can be undone."""
    alice, bob = await factories.people(site, "alice", "bob")
    for number in range(35):
        await factories.discussion(site, alice, [bob], subject=f"Room {number}")
    async with visitor(node, bob) as reader:
        page = await reader.open("/boxes/inbox")
        await factories.discussion(site, alice, [bob], subject="Meanwhile")
        page = await reader.submit(_selection(page), "trash", everything="yes")
        assert _subjects(page) == ["Meanwhile"]
        assert "35 discussions are in the trash" in _notice(page).text
        undo = _notice(page)
        await reader.submit(undo, undo.one("button").attributes["value"], "undo")
    assert len(await _in_box(site, bob, "inbox")) == 36


async def test_filters_are_links(node: RunningNode, site: Site) -> None:
    """By what is unread and by who wrote; each can be taken off, and "everything" is what matches."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    read = await factories.discussion(site, alice, [bob], subject="Read")
    await factories.discussion(site, alice, [bob], subject="From Alice")
    await factories.discussion(site, carol, [bob], subject="From Carol")
    async with visitor(node, bob) as reader:
        page = await reader.open("/boxes/inbox")
        await reader.submit(_selection(page), "read", ids=[read])
        page = await reader.open(_filter(page, "Unread"))
        assert _subjects(page) == ["From Carol", "From Alice"]
        page = await reader.open(_filter(page, "Alice"))
        assert _subjects(page) == ["From Alice"]
        await reader.submit(_selection(page), "trash", everything="yes")
        assert len(await _in_box(site, bob, "trash")) == 1
        page = await reader.open(_filter(page, "From: Alice"))
        assert _subjects(page) == ["From Carol"]
        page = await reader.open(_filter(page, "Unread"))
        assert _subjects(page) == ["From Carol", "Read"]


async def test_what_is_not_from_here_changes_nothing(node: RunningNode, site: Site) -> None:
    """Nothing selected, unknown actions and boxes, a foreign folder, a broken way back."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    foreign = await folders.create(site, alice, "Hers")
    async with visitor(node, bob) as reader:
        form = _selection(await reader.open("/boxes/inbox"))
        page = await reader.submit(form, "trash")
        assert "Select something first" in _notice(page).text
        for button, value in (("action", "explode"), ("move", foreign.id), ("undo", "[{}]")):
            await reader.submit(form, value, button, ids=[room])
            assert reader.response.status_code == 422
        await reader.submit(form, "trash", everything="yes", until="soon")
        assert reader.response.status_code == 422
        for box in ("nowhere", "drafts", f"folder:{foreign.id}", "folder:"):
            answer = await reader.client.post(f"/boxes/{box}", data={"ids": room, "action": "trash"})
            assert answer.status_code == 404
        page = await reader.open(f"/discussions/{room}?box=folder:{foreign.id}")
        assert page.one(id="box-title").text == "Inbox"
    assert await _in_box(site, bob, "inbox") == [room]


async def test_the_one_new_message_is_found_in_a_folder(node: RunningNode, site: Site) -> None:
    """The badge counts it, and leads straight to it; the inbox does not count it."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    folder = await folders.create(site, bob, "Kept")
    await filing.move(site, bob, room, folder.id)
    async with visitor(node, bob) as reader:
        page = await reader.open("/unread")
        assert reader.path == f"/discussions/{room}"
        assert page.one("unread-badge").attributes["data-count"] == "1"
        assert page.one("boxes-nav").all("span", "count")[0].text == "0"
        page = await reader.open(f"/discussions/{room}?box=folder:{folder.id}")
        assert page.one(id="box-title").text == "Kept"
        assert len(page.all("li", "row")) == 1


async def test_folders_are_made_changed_and_deleted(node: RunningNode, site: Site) -> None:
    """Three levels with their counts beside the boxes; a wrong name is told; deleting asks, and fills the trash."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], subject="Filed")
    async with visitor(node, bob) as reader:
        first = await _make(reader, "Classes")
        second = await _make(reader, "Maths", first)
        third = await _make(reader, "Homework", second)
        page = await reader.open("/folders")
        assert third not in [one.attributes["value"] for one in page.one(id="folder-parent").all("option")]
        page = await reader.submit(_form_of(page, "/folders"), name=" classes ")
        assert reader.response.status_code == 422
        assert "already a folder of this name" in page.one(id="folder-error").text
        page = await reader.submit(_selection(await reader.open("/boxes/inbox")), third, "move", ids=[room])
        assert page.one("ul", "folder-tree").all("span", "count")[2].text == "1"
        assert page.one("unread-badge").attributes["data-count"] == "1"
        page = await reader.open(f"/boxes/folder:{third}")
        assert (page.one("h1").text, _subjects(page)) == ("Homework", ["Filed"])
        page = await reader.open(f"/folders/{third}")
        page = await reader.submit(_form_of(page, f"/folders/{third}"), name="Tests", parent="")
        assert page.one("h1").text == "Tests"
        page = await reader.open(f"/folders/{third}/delete")
        assert page.one("h1").text == "Delete the folder “Tests”?"
        await reader.submit(page.one("main").one("form"))
        assert reader.path == "/folders"
        assert _subjects(await reader.open("/boxes/trash")) == ["Filed"]
        assert [one.name for one in await folders.tree(site, bob)] == ["Classes", "Maths"]


async def _make(reader: Visitor, name: str, parent: str = "") -> str:
    page = await reader.open("/folders")
    await reader.submit(_form_of(page, "/folders"), name=name, **({"parent": parent} if parent else {}))
    return reader.path.removeprefix("/boxes/folder:")


async def _in_box(site: Site, who: Identity, box: str) -> list[str]:
    return [row.id for row in (await mailbox.box(site, who, box, limit=100)).items]


def _subjects(page: Element) -> list[str]:
    return [one.text for one in page.all("span", "row-subject")]


def _selection(page: Element) -> Element:
    return page.one("form", id="selection")


def _notice(page: Element) -> Element:
    return page.one("form", "undo-notice")


def _filter(page: Element, name: str) -> str:
    links = [link for link in page.one("ul", "filters").all("a") if name in link.text]
    return links[0].attributes["href"]


def _form_of(page: Element, action: str) -> Element:
    return page.one("main").one("form", action=action)
