"""The place to answer: a look at the text beforehand, files without a word, and forwarding one reply."""

import pytest
from playwright.async_api import Page, expect

from tests import factories
from tests.journeys.discussing import entry, write
from tests.journeys.place import Place
from tests.journeys.test_access import violations
from tests.journeys.test_attachments import give, names
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_reply_is_looked_at_before_it_is_sent(place: Place) -> None:
    """By keyboard, there and back; it can be sent from either, and the field is empty and ready after it."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    text, look = (
        tab.locator("#reply-body"),
        tab.locator("reply-composer").get_by_role("button", name="Preview"),
    )
    await expect(look).to_be_hidden()
    await text.fill("- *one*\n- two")
    await text.press("Tab")
    await expect(look).to_be_focused()
    await look.press("Enter")
    preview = tab.locator("reply-composer").get_by_role("region", name="Preview")
    await expect(preview.locator("li em")).to_have_text("one")
    await expect(preview).to_be_focused()
    assert await violations(tab) == []
    await look.press("Enter")
    await expect(text).to_be_focused()
    await expect(text).to_have_value("- *one*\n- two")
    await look.click()
    await expect(preview).to_be_visible()
    await tab.locator(".send").click()
    await expect(tab.locator("#e2 .rich em")).to_have_text("one")
    await expect(text).to_be_focused()
    await expect(text).to_have_value("")
    await write(tab, "And on")
    await expect(entry(tab, "And on")).to_be_visible()


async def test_files_without_a_word(place: Place) -> None:
    """Their names are said once; one that was taken off is gone from the server, too."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    tab, reader = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await give(tab.locator("#reply-body"), "paste", "wrong.txt", b"wrong")
    await give(tab.locator("#reply-body"), "paste", "plan.txt", b"plan")
    await expect(tab.locator("attach-files [name=attachments]")).to_have_count(2)
    wrong = await tab.locator(".file.chosen", has_text="wrong.txt").locator("input").get_attribute("value")
    await tab.get_by_role("button", name="Remove wrong.txt").click()
    await expect(names(tab)).to_have_text(["plan.txt"])

    async def is_gone() -> bool:
        answer = await alice.context.request.get(f"{place.line.url}/api/attachments/{wrong}")
        return answer.status == 404

    await wait_for(is_gone, "the file is deleted")
    await tab.locator(".send").click()
    for page in (tab, reader):
        await expect(page.locator("#e2 .file-name")).to_have_text(["plan.txt"])
        await expect(page.locator("#e2 .body")).to_be_hidden()
    await reader.reload()
    await expect(reader.locator("#e2 .file-name")).to_have_text(["plan.txt"])
    await expect(reader.locator("#e2 .body")).to_be_hidden()


async def test_one_reply_is_forwarded(place: Place) -> None:
    """From its menu: a new message quotes it, and not what the discussion began with."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, bob, [alice.who], subject="Trip")
    tab = await alice.tab(f"/discussions/{room}")
    await write(tab, "At eight")
    await expect(tab.locator("#e2")).to_be_visible()
    await _forward(tab)
    await expect(tab.locator("#subject")).to_have_value("Fwd: Trip")
    assert "> At eight" in await tab.locator("#body").input_value()


async def _forward(tab: Page) -> None:
    await tab.locator("#e2").hover()
    await tab.locator("#e2 .entry-more").click()
    await tab.get_by_role("menuitem", name="Forward").click()
