"""Folders put into each other, by mouse and by keyboard: three levels at most, never into themselves."""

import pytest
from playwright.async_api import Locator, Page, expect

from app import folders
from app.site import Identity
from tests.journeys.discussing import is_live
from tests.journeys.place import Place
from tests.journeys.test_access import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_folder_is_dragged_into_another_and_out_again(place: Place) -> None:
    """Another tab follows; what cannot be is not taken, and one that the server refuses is told."""
    alice = await place.visitor("Alice", viewport={"width": 1024, "height": 800})
    made = {name: (await folders.create(place.site, alice.who, name)).id for name in "ABC"}
    inner = (await folders.create(place.site, alice.who, "Inner", made["B"])).id
    tab, other = await alice.tab("/folders"), await alice.tab("/boxes/inbox")
    await _beside(tab, made["B"]).drag_to(_beside(tab, made["A"]))
    for each in (tab, other):
        await _has_tree(each, [("A", 1), ("B", 2), ("Inner", 3), ("C", 1)])
    await expect(tab.locator(".folders-said")).to_contain_text("“B” is in “A” now")
    await expect(tab.locator(".folder-list li")).to_have_count(4)
    await expect(tab.locator(f".folder-list li.level-3 [data-place='folder:{inner}']")).to_have_count(1)
    for folder, refused in (
        (made["A"], inner),
        (made["C"], inner),
        (made["A"], made["C"]),
    ):
        await _beside(tab, folder).drag_to(_beside(tab, refused))
    await _listed(tab, made["C"]).drag_to(_listed(tab, made["B"]))
    await _has_tree(tab, [("A", 1), ("B", 2), ("C", 3), ("Inner", 3)])
    await folders.create(place.site, alice.who, "C", made["A"])
    await tab.reload()
    await is_live(tab)
    await _beside(tab, made["C"]).drag_to(_beside(tab, made["A"]))
    await expect(tab.locator(".folders-said")).to_contain_text("“C” stays where it was")
    await _listed(tab, made["B"]).drag_to(tab.locator(".folders-link a"))
    await expect(tab.locator(".folders-said")).to_contain_text("“B” is in no other folder now")
    assert await violations(tab) == []
    assert await _stored(place, alice.who) == [("A", 1), ("C", 2), ("B", 1), ("C", 2), ("Inner", 2)]


async def test_a_folder_is_moved_by_keyboard(place: Place) -> None:
    """Its page offers only where there is room for it and all that lies in it."""
    alice = await place.visitor("Alice")
    outer = await folders.create(place.site, alice.who, "Outer")
    middle = await folders.create(place.site, alice.who, "Middle", outer.id)
    await folders.create(place.site, alice.who, "Moved")
    whole = await folders.create(place.site, alice.who, "Whole")
    await folders.create(place.site, alice.who, "Part", whole.id)
    tab = await alice.tab("/folders")
    await tab.get_by_role("link", name="Change Moved").press("Enter")
    await tab.get_by_label("Inside").focus()
    await tab.keyboard.type("Mid")
    await expect(tab.get_by_label("Inside")).to_have_value(middle.id)
    await tab.keyboard.press("Tab")
    await tab.keyboard.press("Enter")
    await expect(tab.locator("h1")).to_have_text("Moved")
    await _has_tree(tab, [("Outer", 1), ("Middle", 2), ("Moved", 3), ("Whole", 1), ("Part", 2)])
    await tab.goto(f"{place.line.url}/folders/{whole.id}")
    offered = [text.strip() for text in await tab.locator("#folder-parent option").all_inner_texts()]
    assert offered == ["No other folder", "Outer"]


def _beside(tab: Page, folder: str) -> Locator:
    return tab.locator(f"boxes-nav [data-place='folder:{folder}']")


def _listed(tab: Page, folder: str) -> Locator:
    return tab.locator(f".folder-list [data-place='folder:{folder}']")


async def _has_tree(tab: Page, tree: list[tuple[str, int]]) -> None:
    await expect(tab.locator(".folder-tree .label")).to_have_text([name for name, _ in tree])
    levels = [f"level-{level}" for _, level in tree]
    await expect(tab.locator(".folder-tree li")).to_have_class(levels)


async def _stored(place: Place, who: Identity) -> list[tuple[str, int]]:
    return [(one.name, one.level) for one in await folders.tree(place.site, who)]
