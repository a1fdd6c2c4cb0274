"""Selecting: all that is shown, all of a box, without anything moving under a hand, for everybody, without scripts."""

from typing import Literal

import pytest
from playwright.async_api import expect

from app import filing, folders
from tests.journeys.discussing import badge_shows
from tests.journeys.mailbox import check, in_order, row, send_to, with_rooms
from tests.journeys.place import Place
from tests.journeys.test_access import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_all_of_a_box(place: Place) -> None:
    """Also what is on later pages; the rows of the next page follow when only some are taken away."""
    alice, rooms = await with_rooms(place, 55)
    tab = await alice.tab("/boxes/inbox")
    await tab.locator(".select-all").click()
    await expect(tab.locator(".selection-count")).to_have_text("30 selected")
    await tab.get_by_role("button", name="Delete", exact=True).click()
    await expect(tab.locator(".undo-notice")).to_contain_text("30 discussions are in the trash")
    await expect(tab.locator(".row")).to_have_count(25)
    await tab.goto(f"{place.line.url}/boxes/trash")
    await check(tab, rooms[-1]).click()
    await expect(tab.locator(".everything")).to_be_hidden()
    await tab.goto(f"{place.line.url}/boxes/progress")
    await expect(tab.locator(".row")).to_have_count(25)
    await tab.goto(f"{place.line.url}/boxes/inbox")
    await tab.locator(".select-all").click()
    await tab.get_by_role("button", name="Mark as read").click()
    await badge_shows(tab, 0)
    await expect(tab.locator(".undo-notice")).to_contain_text("25 discussions are marked as read")
    # While a hand is there, it stays.
    await tab.locator(".undo").hover()
    await tab.keyboard.press("Control+z")
    await badge_shows(tab, 25)


async def test_everything_with_one_request(place: Place) -> None:
    """What is on no page that was looked at is done, too, and taken back."""
    alice, rooms = await with_rooms(place, 40)
    tab = await alice.tab("/boxes/inbox")
    await check(tab, rooms[-1]).click()
    await tab.locator(".everything").click()
    await expect(tab.locator(".selection-count")).to_have_text("All of this box is selected")
    await tab.get_by_role("button", name="Delete", exact=True).click()
    await expect(tab.locator(".undo-notice")).to_contain_text("40 discussions are in the trash")
    # While a hand is there, it stays.
    await tab.locator(".undo").hover()
    await expect(tab.locator(".empty")).to_be_visible()
    await badge_shows(tab, 0)
    await tab.locator(".undo").click()
    await badge_shows(tab, 40)
    await expect(tab.locator(".row").first).to_have_attribute("data-discussion", rooms[-1])


async def test_nothing_moves_under_a_hand(place: Place) -> None:
    """While the pointer is over the list, or something is selected, what is new waits in a line above."""
    alice, rooms = await with_rooms(place, 3)
    bob = await place.visitor("Robert")
    tab = await alice.tab("/boxes/inbox")
    await row(tab, rooms[1]).hover()
    new = await send_to(bob, alice)
    await expect(tab.locator(".new-above")).to_have_text("1 new above")
    await in_order(tab, [rooms[2], rooms[1], rooms[0]])
    await check(tab, rooms[1]).click()
    await tab.mouse.move(1, 1)
    await expect(tab.locator(".new-above")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(row(tab, new)).to_be_visible()
    await expect(tab.locator(".new-above")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_selecting_is_accessible(place: Place, theme: Literal["light", "dark"]) -> None:
    """The bar, the folders to choose from, the question, the notice; and all of it fits a narrow screen."""
    alice, rooms = await with_rooms(place, 3)
    await folders.create(place.site, alice.who, "A folder with a long name that goes on and on")
    await filing.set_trashed(place.site, alice.who, rooms[0], trashed=True)
    tab = await alice.tab("/boxes/inbox")
    await tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await tab.set_viewport_size({"width": 320, "height": 640})
    await check(tab, rooms[1]).click()
    assert await violations(tab) == []
    await tab.get_by_role("button", name="Move to…").click()
    assert await violations(tab) == []
    await tab.keyboard.press("Escape")
    await tab.get_by_role("button", name="Mark as read").click()
    await expect(tab.locator(".undo")).to_be_visible()
    assert await violations(tab) == []
    assert await tab.evaluate("document.documentElement.scrollWidth") == 320
    await tab.goto(f"{place.line.url}/boxes/trash")
    await check(tab, rooms[0]).click()
    await tab.get_by_role("button", name="Delete permanently").click()
    assert await violations(tab) == []


async def test_without_scripts(place: Place) -> None:
    """The bar comes with the first check box; the menu, the notice and its way back are plain forms."""
    alice, rooms = await with_rooms(place, 3, java_script_enabled=False)
    await folders.create(place.site, alice.who, "Classes")
    tab = await alice.tab("/boxes/inbox")
    await expect(tab.locator(".selection-bar")).to_be_hidden()
    await check(tab, rooms[0]).click()
    await check(tab, rooms[1]).click()
    await tab.get_by_role("button", name="Move to…").click()
    await tab.get_by_role("button", name="Classes").click()
    await expect(tab.locator(".undo-notice")).to_contain_text("2 discussions are moved")
    await in_order(tab, [rooms[2]])
    await tab.get_by_role("button", name="Undo").click()
    await in_order(tab, [rooms[2], rooms[1], rooms[0]])
