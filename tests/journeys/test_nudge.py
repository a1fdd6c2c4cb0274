"""Forgetting to send is the common error: it is pointed out, and silent once one does not want to hear of it."""

import re
from datetime import timedelta

import pytest
from playwright.async_api import expect

from app.drafts import DraftFields, create
from store.columns import utc_now
from tests.journeys.discussing import is_live
from tests.journeys.place import Place
from tests.untouched import leave_untouched

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_forgotten_message_is_pointed_out(place: Place) -> None:
    """On home, in the list, and by a line on every page that leads to it; dismissed, the line stays away."""
    alice = await place.visitor("Alice")
    draft = await create(place.site, alice.who, DraftFields(subject="Trip", body="At eight."))
    await leave_untouched(place.site, draft.id, since=utc_now() - timedelta(hours=2))
    tab = await alice.tab()
    line = tab.locator("nudge-line")
    await expect(line).to_contain_text("One message waits to be sent since")
    await expect(tab.locator(".row.draft .row-note")).to_have_text("Not sent yet")
    await line.get_by_role("link").click()
    await expect(tab).to_have_url(re.compile(f"/drafts/{draft.id}$"))
    await expect(tab.locator("#subject")).to_have_value("Trip")
    await expect(line).to_have_count(0)
    await tab.goto(f"{place.line.url}/boxes/inbox")
    async with tab.expect_response("**/nudge"):
        await line.get_by_role("button", name="Not now").click()
    await expect(line).to_have_count(0)
    await tab.goto(f"{place.line.url}/")
    await expect(tab.locator(".row.draft .row-note")).to_be_visible()
    await expect(line).to_have_count(0)


async def test_the_key_n_begins_a_message(place: Place) -> None:
    """Anywhere but in a field, and not for who has turned it off."""
    alice = await place.visitor("Alice")
    tab = await alice.tab("/boxes/inbox")
    await tab.keyboard.press("Control+n")
    await tab.keyboard.press("n")
    await expect(tab).to_have_url(re.compile("/new$"))
    await is_live(tab)
    await tab.locator("#subject").press("n")
    await expect(tab.locator("#subject")).to_have_value("n")
    await tab.goto(f"{place.line.url}/boxes/inbox")
    await tab.locator(".menu summary").click()
    await tab.get_by_role("button", name="Does nothing").click()
    await is_live(tab)
    await expect(tab.locator(".banner .new")).not_to_have_attribute("aria-keyshortcuts", "n")
    await tab.keyboard.press("n")
    await expect(tab).to_have_url(re.compile("/boxes/inbox$"))
