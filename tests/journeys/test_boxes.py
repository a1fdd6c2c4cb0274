"""The mailbox by hand: folders by dragging and by keyboard, the trash, ranges, and the way back."""

import pytest
from playwright.async_api import expect

from app import filing, folders
from app.filing import Deed
from tests.journeys.discussing import badge_shows, is_live
from tests.journeys.mailbox import check, in_order, row, with_rooms
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_dragged_into_a_folder(place: Place) -> None:
    """One row onto a folder, then two selected ones together; counts follow in another tab, and "Undo" brings back."""
    alice, rooms = await with_rooms(place, 4)
    folder = await folders.create(place.site, alice.who, "Classes")
    tab, other = await alice.tab("/boxes/inbox"), await alice.tab("/boxes/inbox")
    target = tab.locator(f"[data-place='folder:{folder.id}']")
    await row(tab, rooms[3]).locator(".row-link").drag_to(target)
    await expect(row(tab, rooms[3])).to_have_count(0)
    await expect(tab.locator(".undo-notice")).to_contain_text("1 discussion is moved")
    await check(tab, rooms[1]).click()
    await check(tab, rooms[2]).click()
    await row(tab, rooms[2]).locator(".row-link").drag_to(target)
    await expect(tab.locator(".undo-notice")).to_contain_text("2 discussions are moved")
    # While a hand is there, it stays.
    await tab.locator(".undo").hover()
    for each in (tab, other):
        await expect(each.locator(".row")).to_have_count(1)
        await expect(each.locator(f"[data-folder='{folder.id}']")).to_have_text("3")
        await expect(each.locator("boxes-nav [data-unread]")).to_have_text("1")
        await badge_shows(each, 4)
    await tab.locator(".undo").click()
    for each in (tab, other):
        await expect(each.locator(".row")).to_have_count(3)
    await in_order(tab, [rooms[2], rooms[1], rooms[0]])


async def test_moved_by_keyboard(place: Place) -> None:
    """Down two rows, select, "Move to…", choose a folder within a folder; the focus stays in the list."""
    alice, rooms = await with_rooms(place, 3)
    outer = await folders.create(place.site, alice.who, "Outer")
    inner = await folders.create(place.site, alice.who, "Inner", outer.id)
    tab = await alice.tab("/boxes/inbox")
    await row(tab, rooms[2]).locator(".row-link").focus()
    await tab.keyboard.press("ArrowDown")
    await expect(row(tab, rooms[1]).locator(".row-link")).to_be_focused()
    await tab.keyboard.press("Space")
    await expect(tab.locator(".selection-count")).to_have_text("1 selected")
    await tab.keyboard.press("m")
    await expect(tab.get_by_role("button", name="Outer")).to_be_focused()
    await tab.keyboard.press("Tab")
    await tab.keyboard.press("Enter")
    await expect(row(tab, rooms[1])).to_have_count(0)
    await expect(row(tab, rooms[0]).locator(".row-link")).to_be_focused()
    await expect(tab.locator(".selection-bar")).to_be_hidden()
    await tab.goto(f"{place.line.url}/boxes/folder:{inner.id}")
    await in_order(tab, [rooms[1]])


async def test_trash_and_back(place: Place) -> None:
    """Deleted, looked for in the trash, restored to its folder; for good only after a question; emptied."""
    alice, rooms = await with_rooms(place, 4)
    folder = await folders.create(place.site, alice.who, "Kept")
    await filing.to_many(place.site, alice.who, rooms, Deed("move", folder.id))
    tab = await alice.tab(f"/boxes/folder:{folder.id}")
    await row(tab, rooms[3]).locator(".row-link").focus()
    await tab.keyboard.press("Shift+ArrowDown")
    await tab.keyboard.press("Delete")
    await expect(tab.locator(".row")).to_have_count(2)
    await tab.locator(".select-all").click()
    await tab.get_by_role("button", name="Delete", exact=True).click()
    await expect(tab.locator(".empty")).to_be_visible()
    await tab.get_by_role("link", name="Trash").click()
    await expect(tab.locator(".row")).to_have_count(4)
    await is_live(tab)
    await check(tab, rooms[0]).click()
    await tab.get_by_role("button", name="Restore").click()
    await expect(tab.locator(".row")).to_have_count(3)
    await check(tab, rooms[1]).click()
    await tab.get_by_role("button", name="Delete permanently").click()
    question = tab.get_by_role("dialog", name="Delete 1 discussion permanently?")
    await expect(question.get_by_role("button", name="Cancel")).to_be_focused()
    await tab.keyboard.press("Escape")
    await expect(tab.locator(".row")).to_have_count(3)
    await tab.get_by_role("button", name="Delete permanently").click()
    await question.get_by_role("button", name="Delete permanently").click()
    await expect(tab.locator(".row")).to_have_count(2)
    await expect(tab.locator(".undo")).to_be_hidden()
    await tab.get_by_role("button", name="Empty the trash").click()
    await tab.get_by_role("dialog").get_by_role("button", name="Delete permanently").click()
    await expect(tab.locator(".row")).to_have_count(0)
    await tab.locator(f"[data-place='folder:{folder.id}']").click()
    await in_order(tab, [rooms[0]])


async def test_a_range_and_undo(place: Place) -> None:
    """Shift selects all between, by pointer and by keys; one request marks them; Ctrl+Z takes it back."""
    alice, rooms = await with_rooms(place, 6)
    tab = await alice.tab("/boxes/inbox")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url) if "bulk" in request.url else None)
    await check(tab, rooms[4]).click()
    await check(tab, rooms[1]).click(modifiers=["Shift"])
    await expect(tab.locator(".selection-count")).to_have_text("4 selected")
    await check(tab, rooms[2]).click()
    await row(tab, rooms[5]).locator(".row-link").focus()
    await tab.keyboard.press("x")
    await expect(tab.locator(".selection-count")).to_have_text("4 selected")
    await tab.get_by_role("button", name="Mark as read").click()
    await expect(tab.locator(".row.unread")).to_have_count(2)
    await badge_shows(tab, 2)
    assert len(asked) == 1
    await expect(tab.locator(".undo-notice")).to_contain_text("4 discussions are marked as read")
    await tab.locator(".undo").hover()
    await tab.keyboard.press("Control+z")
    await expect(tab.locator(".row.unread")).to_have_count(6)
    await badge_shows(tab, 6)
