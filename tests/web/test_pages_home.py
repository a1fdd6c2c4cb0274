"""The home page: what stands in which block, each thing once."""

import pytest

from app import filing
from app.drafts import DraftFields, create
from app.filing import Deed
from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import Element, visitor
from web.pages.home import LOOKED_AT


async def test_what_is_new_is_found_however_old_it_is(node: RunningNode, site: Site) -> None:
    """What the badge counts stands first, also where it lies far down in the box; what is muted is not new."""
    alice, bob = await factories.people(site, "alice", "bob")
    await factories.discussion(site, alice, [bob], subject="Old and new")
    rooms = [
        await factories.discussion(site, alice, [bob], subject=f"Number {number}")
        for number in range(LOOKED_AT + 1)
    ]
    await filing.to_many(site, bob, rooms, Deed("read"))
    await filing.mute(site, bob, rooms[-1], muted=True)
    await filing.to_many(site, bob, rooms[-1:], Deed("unread"))
    async with visitor(node, bob) as reader:
        page = await reader.open("/")
    assert _subjects(page, "home-new") == ["Old and new"]
    assert _subjects(page, "home-progress") == [f"Number {LOOKED_AT - place}" for place in range(10)]
    assert page.one("a", "more", href="/boxes/progress").text == "All discussions in progress"


async def test_what_is_new_far_back_is_a_link_away(
    node: RunningNode, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the badge counts and one look does not reach is not passed over: the list of what is new goes on looking."""
    monkeypatch.setattr("store.boxes.LOOKED_AT_ONCE", 2)
    monkeypatch.setattr("store.boxes.MOST_LOOKED_AT", 2)
    monkeypatch.setattr("web.pages.home.LOOKED_AT", 2)
    monkeypatch.setattr("app.looking.LOOK_SECONDS", 60)
    alice, bob = await factories.people(site, "alice", "bob")
    await factories.discussion(site, alice, [bob], subject="Long ago")
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(5)]
    await filing.to_many(site, bob, rooms, Deed("read"))
    async with visitor(node, bob) as reader:
        page = await reader.open("/")
        assert _subjects(page, "home-new") == []
        link = page.one("section", **{"aria-labelledby": "home-new"}).one("a", "more")
        page = await reader.open(link.attributes["href"])
    assert [one.text for one in page.all("span", "row-subject")] == ["Long ago"]


async def test_blocks_are_in_order_and_hidden_when_empty(node: RunningNode, site: Site) -> None:
    """Nothing yet is said so; then each block comes with what stands in it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with visitor(node, alice) as reader:
        page = await reader.open("/")
        assert [block.attributes["class"] for block in page.all("section", "block")] == ["block empty"]
        await factories.discussion(site, bob, [alice], subject="In")
        await factories.discussion(site, alice, [bob], subject="Out")
        await create(site, alice, DraftFields(subject="Waits"))
        page = await reader.open("/")
        titles = [title.text for block in page.all("section", "block") for title in block.all("h2")]
    assert titles == [
        "New messages",
        "Discussions in progress",
        "Your messages in progress",
        "Your main correspondents",
    ]
    shown = [row.one("span", "row-subject").text for row in page.all("li", "row")]
    assert shown == ["In", "Out", "Waits"]
    assert page.one("section", "correspondents").one("a", "name").text == "Bob"


def _subjects(page: Element, block: str) -> list[str]:
    rows = page.one("section", **{"aria-labelledby": block}).all("li", "row")
    return [row.one("span", "row-subject").text for row in rows]
