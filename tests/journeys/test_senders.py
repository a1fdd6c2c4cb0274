"""The filter "From" in a browser: the likeliest at once, others by their first letters."""

import pytest
from playwright.async_api import expect

from tests import factories
from tests.journeys.place import Place
from tests.journeys.test_access import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_from_whom_by_first_letters_and_keyboard(place: Place) -> None:
    """Who wrote something that is on no page of this box is found as one types; Enter takes the first."""
    alice = await place.visitor("Alice")
    bob, carol = await place.person("Bob"), await place.person("Zoé")
    for author in (carol, bob, bob):
        await factories.discussion(place.site, author, [alice.who])
    tab = await alice.tab("/boxes/inbox")
    await tab.get_by_role("button", name="From…").focus()
    await tab.keyboard.press("Enter")
    await expect(tab.locator("#sender")).to_be_focused()
    await expect(tab.locator(".senders a > span:not(.face)")).to_have_text([bob.name, carol.name])
    assert await violations(tab) == []
    await tab.keyboard.type("nobody")
    await expect(tab.locator("sender-choice .status")).to_contain_text("Nobody found")
    await tab.locator("#sender").fill(f"zoe {place.surname}")
    await expect(tab.locator(".senders a")).to_have_count(1)
    await tab.keyboard.press("ArrowDown")
    await expect(tab.locator(".senders a")).to_be_focused()
    await tab.locator("#sender").press("Enter")
    await expect(tab.locator(".filter[aria-current]")).to_contain_text(carol.name)
    await expect(tab.locator(".row")).to_have_count(1)
