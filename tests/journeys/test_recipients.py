"""The recipient field as a keyboard and a screen reader meet it."""

import pytest
from playwright.async_api import Page, expect

from tests.journeys.holding import holding
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_people_and_groups_are_found_by_first_letters(place: Place) -> None:
    """Accents and case do not matter; groups come with their size; what is chosen is not offered again."""
    alice = await place.visitor("Alice")
    elodie = await place.person("Élodie")
    await place.group("Élèves", [elodie, alice.who])
    tab = await alice.tab("/new")
    await tab.locator("#to-search").press_sequentially(f"el {place.surname}")
    await expect(tab.get_by_role("option")).to_have_count(2)
    await expect(tab.get_by_role("option", name="Élèves")).to_contain_text("2 people")
    await expect(tab.locator("recipient-field[data-name=to] .status")).to_have_text("2 results")
    await tab.get_by_role("option", name="Élodie").click()
    await tab.locator("#to-search").press_sequentially(f"el {place.surname}")
    await expect(tab.get_by_role("option")).to_have_count(1)


async def test_the_keyboard_does_it_all(place: Place) -> None:
    """Arrows, Enter, Escape and Backspace; the active option is named; Enter never sends the message."""
    tab = await _beside_bea_and_ben(place)
    search = tab.get_by_role("combobox", name="To")
    await search.fill(f"be {place.surname}")
    await expect(search).to_have_attribute("aria-expanded", "true")
    await expect(tab.get_by_role("option")).to_have_count(2)
    assert await _active_option(tab) == f"Bea {place.surname}"
    await search.press("ArrowDown")
    assert await _active_option(tab) == f"Ben {place.surname}"
    await search.press("Enter")
    await expect(tab.locator(".chip-name")).to_have_text(f"Ben {place.surname}")
    await expect(search).to_be_focused()
    await expect(tab.locator("recipient-field[data-name=to] .status")).to_have_text(
        f"Ben {place.surname} is added"
    )
    await search.press_sequentially("be")
    await expect(search).to_have_attribute("aria-expanded", "true")
    await search.press("Escape")
    await expect(search).to_have_attribute("aria-expanded", "false")
    await search.fill("")
    await search.press("Enter")
    await search.press("Backspace")
    await expect(tab.locator(".chip")).to_have_count(0)
    await expect(search).to_be_focused()
    assert await tab.locator("draft-form").count() == 1


async def test_enter_takes_nobody_from_the_list_before(place: Place) -> None:
    """Another letter, and Enter at once: whoever stood first before is not meant; who is comes, and is taken then."""
    tab = await _beside_bea_and_ben(place)
    search = tab.get_by_role("combobox", name="To")
    await search.press_sequentially(f"{place.surname} be")
    await expect(tab.get_by_role("option", name=f"Bea {place.surname}")).to_be_visible()
    async with holding(tab, "**/recipients?q=*ben") as later:
        await search.press_sequentially("n")
        await search.press("Enter")
        await later.is_asked_for()
        await expect(tab.locator(".chip")).to_have_count(0)
    await expect(tab.get_by_role("option", name=f"Ben {place.surname}")).to_have_attribute(
        "aria-selected", "true"
    )
    await search.press("Enter")
    await expect(tab.locator(".chip-name")).to_have_text(f"Ben {place.surname}")


async def test_a_chip_is_taken_off_with_the_mouse(place: Place) -> None:
    """The button on the chip removes it, says so, and leaves the focus in the field."""
    alice = await place.visitor("Alice")
    bob = await place.person("Bob")
    tab = await alice.tab(f"/new?to=person:{bob.person_id}")
    await tab.get_by_role("button", name=f"Remove {bob.name}").click()
    await expect(tab.locator(".chip")).to_have_count(0)
    await expect(tab.get_by_role("combobox", name="To")).to_be_focused()


async def test_nobody_found_is_said(place: Place) -> None:
    """A search without result is announced, and opens nothing."""
    alice = await place.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#cc-search").press_sequentially("zzzzq")
    await expect(tab.locator("recipient-field[data-name=cc] .status")).to_contain_text("zzzzq")
    await expect(tab.locator("#cc-options")).to_be_hidden()


async def _beside_bea_and_ben(place: Place) -> Page:
    alice = await place.visitor("Alice")
    for name in ("Bea", "Ben"):
        await place.person(name)
    return await alice.tab("/new")


async def _active_option(tab: Page) -> str:
    return str(
        await tab.evaluate(
            """() => document.getElementById(document.activeElement.getAttribute("aria-activedescendant"))
                .querySelector(".option-name").textContent"""
        )
    )
