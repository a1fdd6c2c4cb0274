"""The mailbox by hand: selections, ranges, folders by dragging and by keyboard, the trash, and the way back."""

from collections.abc import Sequence
from typing import Literal

import pytest
from playwright.async_api import Locator, Page, expect

from app import filing, folders
from app.filing import Deed
from tests import factories
from tests.journeys.discussing import badge_shows
from tests.journeys.place import Place, Visitor
from tests.journeys.test_access import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_dragged_into_a_folder(place: Place) -> None:
    """One row onto a folder, then two selected ones together; counts follow in another tab, and "Undo" brings back."""
    alice, rooms = await _with_rooms(place, 4)
    folder = await folders.create(place.site, alice.who, "Classes")
    tab, other = await alice.tab("/boxes/inbox"), await alice.tab("/boxes/inbox")
    target = tab.locator(f"[data-place='folder:{folder.id}']")
    await _row(tab, rooms[3]).locator(".row-link").drag_to(target)
    await expect(_row(tab, rooms[3])).to_have_count(0)
    await expect(tab.locator(".undo-notice")).to_contain_text("1 discussion is moved")
    await _check(tab, rooms[1]).click()
    await _check(tab, rooms[2]).click()
    await _row(tab, rooms[2]).locator(".row-link").drag_to(target)
    await expect(tab.locator(".undo-notice")).to_contain_text("2 discussions are moved")
    for each in (tab, other):
        await expect(each.locator(".row")).to_have_count(1)
        await expect(each.locator(f"[data-folder='{folder.id}']")).to_have_text("3")
        await expect(each.locator("boxes-nav [data-unread]")).to_have_text("1")
        await badge_shows(each, 4)
    await tab.locator(".undo").click()
    for each in (tab, other):
        await expect(each.locator(".row")).to_have_count(3)
    assert await _order(tab) == [rooms[2], rooms[1], rooms[0]]


async def test_moved_by_keyboard(place: Place) -> None:
    """Down two rows, select, "Move to…", choose a folder within a folder; the focus stays in the list."""
    alice, rooms = await _with_rooms(place, 3)
    outer = await folders.create(place.site, alice.who, "Outer")
    inner = await folders.create(place.site, alice.who, "Inner", outer.id)
    tab = await alice.tab("/boxes/inbox")
    await _row(tab, rooms[2]).locator(".row-link").focus()
    await tab.keyboard.press("ArrowDown")
    await expect(_row(tab, rooms[1]).locator(".row-link")).to_be_focused()
    await tab.keyboard.press("Space")
    await expect(tab.locator(".selection-count")).to_have_text("1 selected")
    await tab.keyboard.press("m")
    await expect(tab.get_by_role("button", name="Outer")).to_be_focused()
    await tab.keyboard.press("Tab")
    await tab.keyboard.press("Enter")
    await expect(_row(tab, rooms[1])).to_have_count(0)
    await expect(_row(tab, rooms[0]).locator(".row-link")).to_be_focused()
    await expect(tab.locator(".selection-bar")).to_be_hidden()
    await tab.goto(f"{place.line.url}/boxes/folder:{inner.id}")
    assert await _order(tab) == [rooms[1]]


async def test_trash_and_back(place: Place) -> None:
    """Deleted, looked for in the trash, restored to its folder; for good only after a question; emptied."""
    alice, rooms = await _with_rooms(place, 4)
    folder = await folders.create(place.site, alice.who, "Kept")
    await filing.to_many(place.site, alice.who, rooms, Deed("move", folder.id))
    tab = await alice.tab(f"/boxes/folder:{folder.id}")
    await _row(tab, rooms[3]).locator(".row-link").focus()
    await tab.keyboard.press("Shift+ArrowDown")
    await tab.keyboard.press("Delete")
    await expect(tab.locator(".row")).to_have_count(2)
    await tab.locator(".select-all").click()
    await tab.get_by_role("button", name="Delete", exact=True).click()
    await expect(tab.locator(".empty")).to_be_visible()
    await tab.get_by_role("link", name="Trash").click()
    await expect(tab.locator(".row")).to_have_count(4)
    await _check(tab, rooms[0]).click()
    await tab.get_by_role("button", name="Restore").click()
    await expect(tab.locator(".row")).to_have_count(3)
    await _check(tab, rooms[1]).click()
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
    assert await _order(tab) == [rooms[0]]


async def test_a_range_and_undo(place: Place) -> None:
    """Shift selects all between, by pointer and by keys; one request marks them; Ctrl+Z takes it back."""
    alice, rooms = await _with_rooms(place, 6)
    tab = await alice.tab("/boxes/inbox")
    asked: list[str] = []
    tab.on("request", lambda request: asked.append(request.url) if "bulk" in request.url else None)
    await _check(tab, rooms[4]).click()
    await _check(tab, rooms[1]).click(modifiers=["Shift"])
    await expect(tab.locator(".selection-count")).to_have_text("4 selected")
    await _check(tab, rooms[2]).click()
    await _row(tab, rooms[5]).locator(".row-link").focus()
    await tab.keyboard.press("x")
    await expect(tab.locator(".selection-count")).to_have_text("4 selected")
    await tab.get_by_role("button", name="Mark as read").click()
    await expect(tab.locator(".row.unread")).to_have_count(2)
    await badge_shows(tab, 2)
    assert len(asked) == 1
    await expect(tab.locator(".undo-notice")).to_contain_text("4 discussions are marked as read")
    await tab.keyboard.press("Control+z")
    await expect(tab.locator(".row.unread")).to_have_count(6)
    await badge_shows(tab, 6)


async def test_all_of_a_box(place: Place) -> None:
    """Also what is on later pages; the rows of the next page follow when only some are taken away."""
    alice, rooms = await _with_rooms(place, 55)
    tab = await alice.tab("/boxes/inbox")
    await tab.locator(".select-all").click()
    await expect(tab.locator(".selection-count")).to_have_text("30 selected")
    await tab.get_by_role("button", name="Delete", exact=True).click()
    await expect(tab.locator(".undo-notice")).to_contain_text("30 discussions are in the trash")
    await expect(tab.locator(".row")).to_have_count(25)
    await tab.goto(f"{place.line.url}/boxes/trash")
    await _check(tab, rooms[-1]).click()
    await expect(tab.locator(".everything")).to_be_hidden()
    await tab.goto(f"{place.line.url}/boxes/progress")
    await expect(tab.locator(".row")).to_have_count(25)
    await tab.goto(f"{place.line.url}/boxes/inbox")
    await tab.locator(".select-all").click()
    await tab.get_by_role("button", name="Mark as read").click()
    await badge_shows(tab, 0)
    await tab.keyboard.press("Control+z")
    await badge_shows(tab, 25)


async def test_everything_with_one_request(place: Place) -> None:
    """What is on no page that was looked at is done, too, and taken back."""
    alice, rooms = await _with_rooms(place, 40)
    tab = await alice.tab("/boxes/inbox")
    await _check(tab, rooms[-1]).click()
    await tab.locator(".everything").click()
    await expect(tab.locator(".selection-count")).to_have_text("All of this box is selected")
    await tab.get_by_role("button", name="Delete", exact=True).click()
    await expect(tab.locator(".undo-notice")).to_contain_text("40 discussions are in the trash")
    await expect(tab.locator(".empty")).to_be_visible()
    await badge_shows(tab, 0)
    await tab.locator(".undo").click()
    await badge_shows(tab, 40)
    await expect(tab.locator(".row").first).to_have_attribute("data-discussion", rooms[-1])


async def test_nothing_moves_under_a_hand(place: Place) -> None:
    """While the pointer is over the list, or something is selected, what is new waits in a line above."""
    alice, rooms = await _with_rooms(place, 3)
    bob = await place.visitor("Robert")
    tab = await alice.tab("/boxes/inbox")
    await _row(tab, rooms[1]).hover()
    new = await _sent(bob, alice)
    await expect(tab.locator(".new-above")).to_have_text("1 new above")
    assert await _order(tab) == [rooms[2], rooms[1], rooms[0]]
    await _check(tab, rooms[1]).click()
    await tab.mouse.move(1, 1)
    await expect(tab.locator(".new-above")).to_be_visible()
    await tab.keyboard.press("Escape")
    await expect(_row(tab, new)).to_be_visible()
    await expect(tab.locator(".new-above")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_selecting_is_accessible(place: Place, theme: Literal["light", "dark"]) -> None:
    """The bar, the folders to choose from, the question, the notice; and all of it fits a narrow screen."""
    alice, rooms = await _with_rooms(place, 3)
    await folders.create(place.site, alice.who, "A folder with a long name that goes on and on")
    await filing.set_trashed(place.site, alice.who, rooms[0], trashed=True)
    tab = await alice.tab("/boxes/inbox")
    await tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await tab.set_viewport_size({"width": 320, "height": 640})
    await _check(tab, rooms[1]).click()
    assert await violations(tab) == []
    await tab.get_by_role("button", name="Move to…").click()
    assert await violations(tab) == []
    await tab.keyboard.press("Escape")
    await tab.get_by_role("button", name="Mark as read").click()
    await expect(tab.locator(".undo")).to_be_visible()
    assert await violations(tab) == []
    assert await tab.evaluate("document.documentElement.scrollWidth") == 320
    await tab.goto(f"{place.line.url}/boxes/trash")
    await _check(tab, rooms[0]).click()
    await tab.get_by_role("button", name="Delete permanently").click()
    assert await violations(tab) == []


async def test_without_scripts(place: Place) -> None:
    """The bar comes with the first check box; the menu, the notice and its way back are plain forms."""
    alice, rooms = await _with_rooms(place, 3, java_script_enabled=False)
    await folders.create(place.site, alice.who, "Classes")
    tab = await alice.tab("/boxes/inbox")
    await expect(tab.locator(".selection-bar")).to_be_hidden()
    await _check(tab, rooms[0]).click()
    await _check(tab, rooms[1]).click()
    await tab.get_by_role("button", name="Move to…").click()
    await tab.get_by_role("button", name="Classes").click()
    await expect(tab.locator(".undo-notice")).to_contain_text("2 discussions are moved")
    assert await _order(tab) == [rooms[2]]
    await tab.get_by_role("button", name="Undo").click()
    assert await _order(tab) == [rooms[2], rooms[1], rooms[0]]


async def _with_rooms(place: Place, number: int, **options: bool) -> tuple[Visitor, Sequence[str]]:
    """Somebody with as many unread discussions in her inbox, the oldest first."""
    alice, bob = await place.visitor("Alice", **options), await place.person("Bob")
    rooms = [
        await factories.discussion(place.site, bob, [alice.who], subject=f"Room {n}") for n in range(number)
    ]
    return alice, rooms


async def _sent(writer: Visitor, reader: Visitor) -> str:
    """A message that is told to all tabs; gives back the discussion."""
    ask, url = writer.context.request, writer.line.url
    headers = {"Origin": url}
    message = {"subject": "News", "body": "Look", "to": [{"person": reader.who.person_id}]}
    draft = await (await ask.post(f"{url}/api/messages", data=message, headers=headers)).json()
    answer = await ask.post(f"{url}/api/messages/{draft['id']}/send", headers=headers)
    assert answer.ok, await answer.text()
    return str(draft["id"])


def _row(tab: Page, discussion: str) -> Locator:
    return tab.locator(f".row[data-discussion='{discussion}']")


def _check(tab: Page, discussion: str) -> Locator:
    return _row(tab, discussion).locator(".row-check")


async def _order(tab: Page) -> list[str]:
    return list(await tab.locator(".row").evaluate_all("rows => rows.map((row) => row.dataset.discussion)"))
