"""Access for everybody: axe finds nothing on any screen in both themes, and narrow screens do not scroll sideways."""

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, ViewportSize, expect

from tests import factories
from tests.journeys.discussing import pending, write
from tests.journeys.place import Place
from tests.journeys.screens import filled_screens

pytestmark = pytest.mark.asyncio(loop_scope="session")

NARROW = ViewportSize(width=320, height=640)


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing(place: Place, theme: str) -> None:
    """No violation on any screen, signed in and signed out."""
    screens = await filled_screens(place, language="en")
    page = await screens.visitor.tab()
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    found = {}
    for name, path in screens.paths.items():
        await page.goto(place.line.url + path)
        await _unfold(page)
        found[name] = await violations(page)
    await screens.visitor.context.clear_cookies()
    await page.goto(f"{place.line.url}/sign-in")
    found["sign in"] = await violations(page)
    assert {name: violations for name, violations in found.items() if violations} == {}


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_nothing_scrolls_sideways_on_a_narrow_screen(place: Place, language: str) -> None:
    """At 320 pixels every screen fits, in both languages."""
    screens = await filled_screens(place, language=language)
    page = await screens.visitor.tab()
    await page.set_viewport_size(NARROW)
    too_wide = {}
    for name, path in screens.paths.items():
        await page.goto(place.line.url + path)
        await _unfold(page)
        width = await page.evaluate("document.documentElement.scrollWidth")
        if width > NARROW["width"]:
            too_wide[name] = (width, await _widest(page))
    assert too_wide == {}


async def test_results_of_the_recipient_field_are_accessible(place: Place) -> None:
    """The opened list and the chips, too."""
    alice = await place.visitor("Alice")
    bob = await place.person("Bob")
    await place.person("Bill")
    tab = await alice.tab(f"/new?to=person:{bob.person_id}")
    await tab.locator("#to-search").press_sequentially(f"b {place.surname}")
    await expect(tab.get_by_role("option")).to_have_count(1)
    assert await violations(tab) == []


async def _unfold(page: Page) -> None:
    if await page.locator("own-view").count():
        await page.locator("own-view summary").first.click()
        await page.locator(".moving summary").click()
        await page.locator("own-view summary").first.click()
    if await page.locator(".participants-summary").count():
        await page.locator(".participants-summary").click()


async def violations(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [
        f"{violation['id']}: {node['html'][:200]} {node['failureSummary']}"
        for violation in results.response["violations"]
        for node in violation["nodes"]
    ]


async def _widest(page: Page) -> list[str]:
    return list(
        await page.evaluate(
            """() => [...document.body.querySelectorAll("*")]
                .filter((one) => one.getBoundingClientRect().right > innerWidth + 1)
                .map((one) => `${one.tagName}.${one.className}`).slice(0, 5)"""
        )
    )


async def test_what_comes_in_live_is_accessible(place: Place) -> None:
    """Entries of the stream, a refused reply, a quotation, and what is left of a lost room."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    tab, bob_tab = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await bob_tab.locator("#e1").hover()
    await bob_tab.locator("#e1 .entry-more").click()
    await expect(bob_tab.get_by_role("menu")).to_be_visible()
    assert await violations(bob_tab) == []
    await bob_tab.get_by_role("menuitem", name="Quote").click()
    await bob_tab.locator("#reply-body").press_sequentially("@")
    await expect(bob_tab.get_by_role("option")).to_have_count(1)
    assert await violations(bob_tab) == []
    await bob_tab.locator("#reply-body").fill("")
    assert await violations(bob_tab) == []
    await write(bob_tab, "# A title\n\n- with a list\n\n| and | a |\n| --- | --- |\n| ta | ble |")
    await expect(tab.locator("#e2 .body.rich")).to_be_visible()
    await write(tab, "null \0 byte")
    await expect(pending(tab)).to_have_attribute("data-state", "failed")
    assert await violations(tab) == []
    await tab.locator(".participants-summary").click()
    await tab.locator(f"[data-person='{bob.who.person_id}'] .remove-participant").click()
    assert await violations(tab) == []
    await tab.locator("#ask-remove .danger").click()
    await expect(bob_tab.locator(".gone")).to_be_focused()
    assert await violations(bob_tab) == []
