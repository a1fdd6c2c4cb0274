"""Sent, and taken back: for some seconds nobody has the message, and its writer may think again."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.journeys.conftest import PlaceFactory
from tests.journeys.discussing import badge_shows, choose, entry
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "60"
"""Seconds that no journey waits for."""
LEFT_WITHIN_MS = 40_000
"""Milliseconds, far above those of the setting."""


async def test_undo_and_send_again(place_factory: PlaceFactory) -> None:
    """Undo brings the draft back with everything in it; in the meantime the recipient has seen nothing."""
    place = await place_factory(PARLEY_UNDO_SECONDS=LONG)
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    his, hers = await bob.tab(), await alice.tab("/new")
    await _send(place, hers)
    undo = hers.get_by_role("button", name="Undo")
    await expect(undo).to_be_focused()
    await expect(hers.locator("held-message .body")).to_have_text("Shall we?")
    other_tab = await alice.tab(hers.url.removeprefix(place.line.url))
    await undo.press("Enter")
    await expect(hers).to_have_url(re.compile("/drafts/"))
    await expect(hers.locator("#subject")).to_have_value("Lunch")
    await expect(hers.locator("#body")).to_have_value("Shall we?")
    await expect(hers.locator(".chip-name")).to_have_text(bob.name)
    await expect(other_tab).to_have_url(re.compile("/drafts/"))
    await badge_shows(his, 0)


async def test_it_leaves_by_itself(place_factory: PlaceFactory) -> None:
    """The page goes over into the discussion, live, and the recipient is told at that moment."""
    place = await place_factory(PARLEY_UNDO_SECONDS="2")
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    his, hers = await bob.tab(), await alice.tab("/new")
    await _send(place, hers)
    await expect(entry(hers, "Shall we?")).to_be_visible(timeout=LEFT_WITHIN_MS)
    await badge_shows(his, 1)


async def test_without_scripts(place_factory: PlaceFactory) -> None:
    """Undo is a form, and the page looks again by itself."""
    place = await place_factory(PARLEY_UNDO_SECONDS="15")
    bob = await place.person("Bob")
    alice = await place.visitor("Alice", java_script_enabled=False)
    tab = await alice.tab(f"/new?to=person:{bob.person_id}")
    await tab.locator("#body").fill("Shall we?")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await tab.get_by_role("button", name="Undo").click()
    await expect(tab).to_have_url(re.compile("/drafts/"))
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "Shall we?")).to_be_visible(timeout=LEFT_WITHIN_MS)


async def _send(place: Place, tab: Page) -> None:
    await choose(tab, "to", f"bob {place.surname[:4]}", f"Bob {place.surname}")
    await tab.locator("#subject").fill("Lunch")
    await tab.locator("#body").fill("Shall we?")
    await tab.get_by_role("button", name="Send", exact=True).click()
