"""Sending in the ways there are, and what happens when it cannot be done: nothing that was written is lost."""

import re

import pytest
from playwright.async_api import expect

from app import lists
from app.drafts import Address
from app.people import suspend
from tests import factories
from tests.journeys.discussing import badge_shows, choose, entry
from tests.journeys.place import Place
from tests.journeys.words import ENGLISH, FRENCH, Words

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_refused_recipient(place: Place) -> None:
    """Each who may not be written to is named with the reason; nobody got it; without them it is sent as it was."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    dave = await place.person("Dave")
    tab, his = await alice.tab("/new"), await bob.tab()
    for who in (bob.who, dave):
        await choose(tab, "to", f"{who.name.split()[0]} {place.surname[:4]}", who.name)
    await tab.locator("#subject").fill("Lunch")
    await tab.locator("#body").fill("Shall we *all*?")
    await suspend(place.site, dave.login)
    await tab.get_by_role("button", name="Send", exact=True).click()
    problems = tab.get_by_role("alert").filter(has_text="Nothing was sent")
    await expect(problems).to_contain_text(f"{dave.name} has no active account any more.")
    await expect(tab.locator("#subject")).to_have_value("Lunch")
    await expect(tab.locator("#body")).to_have_value("Shall we *all*?")
    await expect(tab.locator(".chip[data-refused] .chip-name")).to_have_text(dave.name)
    await badge_shows(his, 0)
    await tab.get_by_role("button", name=f"Remove {dave.name}").click()
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "Shall we all?")).to_be_visible()
    await badge_shows(his, 1)


@pytest.mark.parametrize("words", [ENGLISH, FRENCH], ids=lambda words: words.language)
async def test_forgotten_recipients(place: Place, words: Words) -> None:
    """Sent to nobody it waits, and the next page asks whom it is for: choose, add, again, then send."""
    alice = await place.visitor("Alice", language=words.language)
    bob, carol = await place.visitor("Bob"), await place.person("Carol")
    tab, his = await alice.tab("/new"), await bob.tab()
    await tab.locator("#subject").fill("Lunch")
    await tab.locator("#body").fill("I forgot whom.")
    await tab.get_by_role("button", name=words.send, exact=True).click()
    await expect(tab).to_have_url(re.compile("/participants"))
    await expect(tab.get_by_role("heading", level=1)).to_have_text(words.add_a_participant)
    await expect(tab.get_by_text("Lunch")).to_be_visible()
    await tab.get_by_role("button", name=words.send_this_message).click()
    await expect(tab.locator("#problems")).to_be_visible()
    for who in (bob.who, carol):
        await choose(tab, "add", f"{who.name.split()[0]} {place.surname[:4]}", who.name)
        await tab.get_by_role("button", name=words.add, exact=True).click()
        await expect(tab.locator(".recipient-list")).to_contain_text(who.name)
    await badge_shows(his, 0)
    await tab.get_by_role("button", name=words.send_this_message).click()
    await expect(entry(tab, "I forgot whom.")).to_be_visible()
    await expect(tab.locator(".participants-count")).to_contain_text("3")
    await badge_shows(his, 1)


async def test_lists_and_the_latest_are_offered(place: Place) -> None:
    """Before a letter is typed one's lists and latest correspondents are there, by keyboard too."""
    alice = await place.visitor("Alice")
    bob, carol, dave = [await place.person(name) for name in ("Bob", "Carol", "Dave")]
    await factories.discussion(place.site, alice.who, [dave])
    members = [Address("person", who.person_id) for who in (bob, carol)]
    await lists.create(place.site, alice.who, "Friends", members)
    tab = await alice.tab("/new")
    search = tab.locator("#to-search")
    await search.click()
    await expect(tab.get_by_role("option").nth(0)).to_contain_text("List of 2 recipients")
    await expect(tab.get_by_role("option").nth(1)).to_contain_text(dave.name)
    await search.press("Escape")
    await search.press("ArrowDown")
    await expect(search).to_have_attribute("aria-expanded", "true")
    await search.press("ArrowDown")
    await search.press("Enter")
    await expect(tab.locator(".chip-name")).to_have_text([bob.name, carol.name])


async def test_separately_and_without_replies(place: Place) -> None:
    """Each recipient has a discussion of her own, which says that it takes no replies."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    carol = await place.person("Carol")
    tab = await alice.tab(f"/new?to=person:{bob.who.person_id}&to=person:{carol.person_id}")
    await tab.locator("#subject").fill("Marks")
    await tab.locator("#body").fill("Only yours.")
    await tab.get_by_label("Send separately").check()
    await tab.get_by_label("No replies").check()
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab).to_have_url(re.compile("/boxes/sent"))
    await expect(tab.locator(".row-subject", has_text="Marks")).to_have_count(2)
    his = await bob.tab("/boxes/inbox")
    await his.locator(".row-link").click()
    await expect(entry(his, "Only yours.")).to_be_visible()
    await expect(his.locator(".participants-count")).to_contain_text("2")
    await expect(his.locator(".no-replies")).to_be_visible()
    await expect(his.locator("#reply-body")).to_have_count(0)


async def test_forward(place: Place) -> None:
    """What somebody wrote, quoted in a new message, reaches somebody who was not there."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    carol = await place.visitor("Carol")
    room = await factories.discussion(place.site, alice.who, [bob.who], "The bus leaves at eight.")
    tab = await bob.tab(f"/discussions/{room}")
    await tab.get_by_role("button", name="Forward").click()
    await expect(tab).to_have_url(re.compile("/drafts/"))
    await expect(tab.locator("#subject")).to_have_value("Fwd: A subject")
    await choose(tab, "to", f"carol {place.surname[:4]}", carol.name)
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "The bus leaves at eight.")).to_be_visible()
    hers = await carol.tab("/boxes/inbox")
    await hers.locator(".row-link").click()
    await expect(hers.locator("blockquote")).to_have_text("The bus leaves at eight.")
    await expect(hers.locator("li.entry .body")).to_contain_text(alice.name)
