"""Sent later, and in quiet hours: what a writer sees of it in every tab, and may still change."""

import re
from datetime import timedelta

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, expect

from tests.app.departing import ALWAYS
from tests.journeys.conftest import PlaceFactory
from tests.journeys.discussing import badge_shows, choose, entry
from tests.journeys.place import Place
from web.pages.later import as_typed

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_send_later_change_the_time_and_take_it_back(place: Place) -> None:
    """By keyboard; the drafts box and another tab on the message follow, the recipient sees nothing."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    his, box = await bob.tab(), await alice.tab("/boxes/drafts")
    hers = await alice.tab("/new")
    await _write(place, hers)
    await hers.locator(".later > summary").press("Enter")
    await hers.get_by_role("button", name=re.compile("^Tomorrow at")).press("Enter")
    await expect(hers.locator(".held.waits [role=status]")).to_contain_text("Nobody has it yet")
    row = box.locator("waiting-messages .row")
    await expect(row).to_have_count(1)
    await expect(box.locator("[data-place=drafts] .count")).to_have_text("1")
    first = await row.locator("time").get_attribute("datetime")

    await row.locator("a").press("Enter")
    await expect(box.locator(".held.waits")).to_be_visible()
    await hers.locator(".later > summary").press("Enter")
    await hers.locator("#send-at").fill(as_typed(alice.who, place.site.now() + timedelta(days=9)))
    await hers.get_by_role("button", name="Change the time", exact=True).press("Enter")
    for tab in (hers, box):
        await expect(tab.locator(".held.waits time")).not_to_have_attribute("datetime", first or "")

    await hers.get_by_role("button", name="Take back and edit").press("Enter")
    await expect(hers).to_have_url(re.compile("/drafts/"))
    await expect(hers.locator("#body")).to_have_value("Shall we?")
    await expect(hers.locator("#send-at")).not_to_have_value("")
    await expect(box).to_have_url(re.compile("/drafts/"))
    await badge_shows(his, 0)


async def test_a_chosen_time_outlives_a_reload(place: Place) -> None:
    """The draft is saved without it, and the page still shows it."""
    alice = await place.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#subject").fill("Next week")
    await tab.locator(".later > summary").click()
    chosen = as_typed(alice.who, place.site.now() + timedelta(days=9))
    await tab.locator("#send-at").fill(chosen)
    await expect(tab).to_have_url(re.compile("/drafts/.*at="))
    await tab.reload()
    await expect(tab.locator("#subject")).to_have_value("Next week")
    await expect(tab.locator("#send-at")).to_be_visible()
    await expect(tab.locator("#send-at")).to_have_value(chosen)


async def test_a_time_that_is_past_loses_nothing(place: Place) -> None:
    """It says so, everything is still there, and sent now from its page it is a discussion."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    his, hers = await bob.tab(), await alice.tab("/new")
    await _write(place, hers)
    await hers.locator(".later > summary").click()
    await hers.locator("#send-at").fill("2020-02-02T08:00")
    await hers.get_by_role("button", name="Send at this time").click()
    await expect(hers.locator("#problems")).to_contain_text("past already")
    await expect(hers.locator("#body")).to_have_value("Shall we?")
    await expect(hers.locator("#send-at")).to_have_value("2020-02-02T08:00")
    await hers.get_by_role("button", name=re.compile("^Tomorrow at")).click()
    await hers.get_by_role("button", name="Send now").click()
    await expect(entry(hers, "Shall we?")).to_be_visible()
    await badge_shows(his, 1)


async def test_quiet_hours(place_factory: PlaceFactory) -> None:
    """A writer is told before and after she sends; who may has it delivered as urgent, and its reader sees so."""
    place = await place_factory(PARLEY_QUIET_HOURS=ALWAYS, PARLEY_TIME_ZONE="UTC")
    bob, alice = await place.visitor("Bob"), await place.visitor("Alice")
    admin = await place.visit(await place.person("Ada", role="admin"))
    his, hers, ada = await bob.tab(), await alice.tab("/new"), await admin.tab("/new")
    await expect(hers.locator(".quiet-line")).to_contain_text("what you send now is delivered on")
    await expect(hers.get_by_role("checkbox", name="Urgent")).to_have_count(0)
    for tab in (hers, ada):
        await _write(place, tab)
        assert await _violations(tab) == []
        await tab.get_by_role("button", name="Send", exact=True).click()
        await expect(tab.locator(".held.waits")).to_contain_text("when they end")
        assert await _violations(tab) == []
    await expect(hers.get_by_role("button", name="Urgent: deliver now")).to_have_count(0)
    await badge_shows(his, 0)
    await ada.get_by_role("button", name="Urgent: deliver now").press("Enter")
    await expect(entry(ada, "Shall we?")).to_be_visible()
    await badge_shows(his, 1)
    await his.goto(f"{place.line.url}/unread")
    await expect(his.locator("#subject .urgent-sign")).to_have_text("Urgent")
    assert await _violations(his) == []


async def _write(place: Place, tab: Page) -> None:
    await choose(tab, "to", f"bob {place.surname[:4]}", f"Bob {place.surname}")
    await tab.locator("#subject").fill("Lunch")
    await tab.locator("#body").fill("Shall we?")


async def _violations(page: Page) -> list[str]:
    results = await Axe().run(page)
    return [violation["id"] for violation in results.response["violations"]]
