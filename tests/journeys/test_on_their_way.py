"""Replies on their way: kept over cuts and reloads, posted once, in order, and never shown as sent before they are."""

import pytest
from playwright.async_api import expect

from tests import factories
from tests.journeys.discussing import bodies, entry, is_live, pending, write
from tests.journeys.line import Line
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_replies_written_offline_are_posted_once_in_order(place: Place) -> None:
    """Three replies while the line is cut, a closed tab in between: all arrive, in order, once."""
    bob = await place.visitor("Bob")
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        room = await factories.discussion(place.site, alice.who, [bob.who])
        bob_tab = await bob.tab(f"/discussions/{room}")
        alice_tab, other_tab = await alice.tab(f"/discussions/{room}"), await alice.tab("/boxes/progress")
        await write(alice_tab, "zero")
        for tab in (bob_tab, alice_tab):
            await expect(entry(tab, "zero")).to_be_visible()

        await line.cut()
        for text in ("one", "two", "three"):
            await write(alice_tab, text)
        await expect(pending(alice_tab)).to_have_count(3)
        await expect(alice_tab.locator("connection-state")).to_contain_text("3")
        await expect(pending(alice_tab).locator("[data-state=sent]:visible")).to_have_count(0)
        await alice_tab.close()
        await line.mend()

        await other_tab.evaluate("dispatchEvent(new Event('online'))")
        await expect(entry(bob_tab, "three")).to_be_visible()
        await other_tab.goto(f"{line.url}/discussions/{room}")
        await expect(entry(other_tab, "three")).to_be_visible()
        await expect(pending(other_tab)).to_have_count(0)
        for tab in (bob_tab, other_tab):
            assert await bodies(tab) == ["Hello.", "zero", "one", "two", "three"]


async def test_replies_written_offline_survive_the_end_of_all_tabs(place: Place) -> None:
    """All tabs closed while the line is cut: the next page posts what waited."""
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
        tab = await alice.tab(f"/discussions/{room}")
        await is_live(tab)
        await line.cut()
        await write(tab, "kept")
        await expect(pending(tab)).to_have_attribute("data-state", "waiting")
        await tab.close()
        await line.mend()
        tab = await alice.tab(f"/discussions/{room}")
        await expect(entry(tab, "kept")).to_have_count(1)
        await expect(pending(tab)).to_have_count(0)
        assert await bodies(tab) == ["Hello.", "kept"]


async def test_a_refused_reply_is_kept_to_retry_and_to_discard(place: Place) -> None:
    """A reply the server refuses says why, stays over a reload, and goes when its writer says so."""
    alice = await place.visitor("Alice")
    room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
    tab = await alice.tab(f"/discussions/{room}")
    await write(tab, "with a \0 in it".replace("\0", "\ue000"))
    await expect(entry(tab, "in it")).to_be_visible()
    await tab.evaluate("document.querySelector('#reply-body').value = 'null \\0 byte'")
    await tab.locator("#reply-body").press("Enter")
    await expect(pending(tab)).to_have_attribute("data-state", "failed")
    await expect(pending(tab).locator(".reason")).not_to_be_empty()
    await tab.reload()
    await expect(pending(tab)).to_have_attribute("data-state", "failed")
    await pending(tab).locator(".retry").click()
    await expect(pending(tab)).to_have_attribute("data-state", "failed")
    await write(tab, "another")
    await expect(entry(tab, "another")).to_be_visible()
    await pending(tab).locator(".discard").click()
    await expect(pending(tab)).to_have_count(0)


async def test_signing_out_forgets_what_waits(place: Place) -> None:
    """Somebody else who signs in to the same browser finds, and posts, nothing."""
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
        tab = await alice.tab(f"/discussions/{room}")
        await tab.evaluate("document.querySelector('#reply-body').value = 'null \\0 byte'")
        await tab.locator("#reply-body").press("Enter")
        await expect(pending(tab)).to_have_attribute("data-state", "failed")
        await tab.locator("#reply-body").fill("half a sentence")
        await tab.locator(".menu summary").click()
        await tab.locator("form[action='/sign-out'] button").click()
        await expect(tab.locator("#login")).to_be_visible()
        await tab.locator("#login").fill(alice.who.login)
        await tab.locator("#password").fill(factories.PASSWORD)
        await tab.locator("#password").press("Enter")
        await expect(tab.locator("unread-badge")).to_be_visible()
        await tab.goto(f"{line.url}/discussions/{room}")
        await is_live(tab)
        await expect(pending(tab)).to_have_count(0)
        await expect(tab.locator("#reply-body")).to_have_value("")


async def test_typed_text_survives_reload_and_pages_in_between(place: Place) -> None:
    """Half a reply and half a message, with its recipients, wait in the tab."""
    alice = await place.visitor("Alice")
    bob = await place.person("Bob")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator("#reply-body").press_sequentially("half a reply")
    await tab.goto(f"{place.line.url}/new")
    await tab.locator("#subject").press_sequentially("half a message")
    await tab.locator("#to-search").press_sequentially(f"bob {place.surname}")
    await tab.get_by_role("option", name=bob.name).click()
    await tab.reload()
    await expect(tab.locator("#subject")).to_have_value("half a message")
    await expect(tab.locator(".chip-name")).to_have_text(bob.name)
    await tab.goto(f"{place.line.url}/discussions/{room}")
    await expect(tab.locator("#reply-body")).to_have_value("half a reply")


async def test_a_quoted_reply_leads_to_what_it_quotes(place: Place) -> None:
    """Quote, write, send: the reply shows the quoted words and links to them."""
    alice = await place.visitor("Alice")
    room = await factories.discussion(
        place.site, alice.who, [await place.person("Bob")], "What do you think?"
    )
    tab = await alice.tab(f"/discussions/{room}")
    await is_live(tab)
    await tab.locator("#e1").hover()
    await tab.locator("#e1 .quote").click()
    await expect(tab.locator(".quoting-text")).to_have_text("What do you think?")
    await write(tab, "This")
    await expect(tab.locator("#e2 .quoted-text")).to_have_text("What do you think?")
    await expect(tab.locator(".quoting")).to_be_hidden()
    assert await tab.locator("#e2 .quoted").get_attribute("href") == "#e1"


async def test_enter_sends_only_where_it_should(place: Place) -> None:
    """Shift+Enter breaks the line, and an Enter that an input method uses chooses a word."""
    alice = await place.visitor("Alice")
    room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
    tab = await alice.tab(f"/discussions/{room}")
    text = tab.locator("#reply-body")
    await text.press_sequentially("two")
    await text.press("Shift+Enter")
    await text.press_sequentially("lines")
    await text.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True})
    await text.dispatch_event("keydown", {"key": "Enter", "keyCode": 229, "bubbles": True})
    await expect(text).to_have_value("two\nlines")
    await text.press("Enter")
    await expect(entry(tab, "two")).to_have_text("two\nlines")
    await expect(text).to_have_value("")
    await expect(text).to_be_focused()


async def test_twenty_thousand_characters_are_sent_and_more_are_not(place: Place) -> None:
    """A pasted text of the longest length arrives whole; a longer one stays in the field with a sentence."""
    alice = await place.visitor("Alice")
    room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
    tab = await alice.tab(f"/discussions/{room}")
    longest = "😀" * 20_000
    await tab.locator("#reply-body").fill(longest + "!")
    await tab.locator("#reply-body").press("Enter")
    await expect(tab.locator("#reply-error")).to_be_visible()
    await expect(tab.locator("#reply-body")).to_have_value(longest + "!")
    await write(tab, longest)
    await expect(tab.locator("#e2 .body")).to_have_text(longest)
