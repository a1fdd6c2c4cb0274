"""Searching: French without accents, with scripts and without, from any page to the very entry."""

import re

import pytest
from playwright.async_api import expect

from tests import factories
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripted", "plain"])
async def test_french_is_found_without_accents(place: Place, scripts: bool) -> None:
    """Typed in the banner without accents, marked with them in the results, and there when one follows."""
    elodie = await place.visitor("Élodie", language="fr", java_script_enabled=scripts)
    noel = await place.person("Noël")
    room = await factories.discussion(
        place.site, noel, [elodie.who], "L'élève a oublié son cœur à la fête.", subject="Journaux de l'été"
    )
    await factories.discussion(place.site, noel, [elodie.who], "Tout autre chose.", subject="Autre")
    tab = await elodie.tab()
    field = tab.get_by_role("search").get_by_role("searchbox", name="Mots à rechercher")
    await field.fill('eleve "son coeur" journal')
    await field.press("Enter")
    results = tab.locator(".result")
    await expect(results).to_have_count(1)
    await expect(results.locator("mark")).to_have_text(["Journaux", "élève", "son cœur"])
    await results.get_by_role("link").click()
    await expect(tab).to_have_url(re.compile(f"/discussions/{room}\\?at=1#e1"))
    await expect(tab.locator("#e1")).to_contain_text("L'élève a oublié")


async def test_filters_narrow_and_are_taken_off(place: Place) -> None:
    """By keyboard: a filter is set in the form, stands as a chip, and its link takes it off again."""
    alice = await place.visitor("Alice")
    bob, carol = await place.person("Bob"), await place.person("Carol")
    for writer in (bob, carol):
        await factories.discussion(place.site, writer, [alice.who], f"Minutes by {writer.name}")
    tab = await alice.tab("/search?q=minutes")
    await expect(tab.locator(".result")).to_have_count(2)
    filters = tab.locator(".search-filters summary")
    await filters.focus()
    await filters.press("Enter")
    await tab.get_by_label("From").fill(f"carol {place.surname}")
    await tab.get_by_label("From").press("Enter")
    await expect(tab.locator(".result")).to_have_count(1)
    await expect(tab.locator(".result")).to_contain_text(carol.name)
    chip = tab.locator(".search-chip", has_text=f"From: carol {place.surname}")
    await chip.focus()
    await chip.press("Enter")
    await expect(tab.locator(".result")).to_have_count(2)
    await tab.locator("#search-words").fill("nothing-like-this")
    await tab.locator("#search-words").press("Enter")
    await expect(tab.get_by_text("Nothing was found.")).to_be_visible()
