"""The whole way, in both languages: a message becomes a room, people come and go, and every tab knows at once."""

import re

import pytest
from playwright.async_api import Page, expect

from tests.journeys.discussing import badge_shows, choose, entry, is_live, write
from tests.journeys.place import Place
from tests.journeys.words import ENGLISH, FRENCH, Words

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=lambda words: words.language)
async def test_two_people_and_three_tabs(place: Place, words: Words) -> None:
    """Alice writes to Bob and a group; they chat; Carol joins without history; Bob is removed; Carol stops."""
    alice = await place.visitor("Alice", language=words.language)
    bob = await place.visitor("Bob", language=words.language)
    carol = await place.visitor("Carol", language=words.language)
    dora = await place.visitor("Dora", language=words.language)
    await place.group("Editors", [dora.who])
    alice_tab = await alice.tab()
    bob_home, bob_inbox = await bob.tab(), await bob.tab("/boxes/inbox")
    await badge_shows(bob_home, 0)

    await _send_to_bob_and_editors(alice_tab, place.surname, words)
    room = alice_tab.url.split("#")[0]
    for tab in (bob_home, bob_inbox):
        await expect(tab.locator("#new-message")).to_have_text(words.one_new)
        await badge_shows(tab, 1)
    await expect(bob_inbox.locator(".row.unread .row-subject")).to_have_text("Lunch on Friday")
    await expect(bob_home.locator(".row.unread .row-subject")).to_have_text("Lunch on Friday")

    await bob_home.locator("#new-message a").click()
    await expect(entry(bob_home, "Shall we?")).to_be_visible()
    await badge_shows(bob_home, 0)
    await badge_shows(bob_inbox, 0)
    for tab in (alice_tab, bob_home):
        await is_live(tab)

    await bob_home.locator("#reply-body").press_sequentially("With plea")
    await expect(alice_tab.locator("typing-line")).to_contain_text(bob.name)
    await write(bob_home, "With pleasure")
    await expect(entry(alice_tab, "With pleasure")).to_be_visible()
    await expect(alice_tab.locator("typing-line")).to_be_hidden()
    await write(alice_tab, "At noon then")
    await expect(entry(bob_home, "At noon then")).to_be_visible()
    await expect(alice_tab.locator("seen-line")).to_contain_text(bob.name)
    await expect(alice_tab.locator("presence-line")).to_contain_text(bob.name)

    await _add_without_history(alice_tab, carol.name, words)
    await expect(bob_home.locator("li.system[data-kind=added]")).to_contain_text(carol.name)
    await expect(bob_home.locator(".participants-list")).to_contain_text(carol.name)
    carol_tab = await carol.tab("/boxes/progress")
    await carol_tab.locator(".row-link").click()
    await expect(carol_tab.locator("li.system[data-kind=added]")).to_be_visible()
    await expect(entry(carol_tab, "At noon then")).to_have_count(0)
    await expect(carol_tab.locator(".earlier")).to_have_count(0)
    await is_live(carol_tab)

    await bob_inbox.locator(".row-link").click()
    await expect(entry(bob_inbox, "At noon then")).to_be_visible()
    await is_live(bob_inbox)
    await _remove(alice_tab, bob.who.person_id)
    for tab in (bob_home, bob_inbox):
        await expect(tab.locator(".gone")).to_be_visible()
        assert "At noon then" not in await tab.content()
        assert "Lunch on Friday" not in await tab.content()
    await write(carol_tab, "Without him?")
    await expect(entry(alice_tab, "Without him?")).to_be_visible()
    await bob_home.goto(room)
    assert "Lunch on Friday" not in await bob_home.content()

    await carol_tab.locator(".participants-summary").click()
    await carol_tab.get_by_role("link", name=words.stop).click()
    await carol_tab.locator("#ask-stop").get_by_role("button", name=words.stop_now, exact=True).click()
    await expect(carol_tab).to_have_url(re.compile("/boxes/inbox"))
    await expect(alice_tab.locator("li.system[data-kind=stopped]")).to_contain_text(carol.name)
    await expect(alice_tab.locator(".participants-list")).not_to_contain_text(carol.name)


async def _send_to_bob_and_editors(page: Page, surname: str, words: Words) -> None:
    await page.get_by_role("link", name=words.new_message).first.click()
    await choose(page, "to", f"bob {surname[:4]}", f"Bob {surname}")
    await choose(page, "to", f"edi {surname[:4]}", f"Editors {surname}")
    await page.get_by_label(words.subject, exact=True).fill("Lunch on Friday")
    await page.locator("#body").fill("Shall we?")
    await page.get_by_role("button", name=words.send, exact=True).click()
    await expect(entry(page, "Shall we?")).to_be_visible()


async def _add_without_history(page: Page, name: str, words: Words) -> None:
    await page.locator(".participants-summary").click()
    await choose(page, "add", name, name)
    await page.locator("#share-history").uncheck()
    await page.locator(".add-participants").get_by_role("button", name=words.add, exact=True).click()
    await expect(page.locator("li.system[data-kind=added]")).to_contain_text(name)


async def _remove(page: Page, person_id: str) -> None:
    await page.locator(".participants-summary").click()
    await page.locator(f".participants-list [data-person='{person_id}'] .remove-participant").click()
    await page.locator("#ask-remove .danger").click()
    await expect(page.locator("li.system[data-kind=removed]")).to_be_visible()
