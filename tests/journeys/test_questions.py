"""What cannot be taken back is asked first, in the page; nobody loses the focus or her own words over it."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from tests import factories
from tests.journeys.discussing import entry, pending, write
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_removing_asks_first(place: Place) -> None:
    """By keyboard: the harmless answer has the focus; it comes back where it was, or goes on to the next person."""
    alice = await place.visitor("Alice")
    bob, carol = await place.person("Bob"), await place.person("Carol")
    room = await factories.discussion(place.site, alice.who, [bob, carol])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator(".participants-summary").press("Enter")
    dialog, button = tab.locator("#ask-remove"), _remove_button(tab, bob.person_id)
    await button.press("Enter")
    await expect(dialog.get_by_role("button", name="Cancel")).to_be_focused()
    await expect(dialog.get_by_role("heading")).to_have_text(f"Remove {bob.name} from this discussion?")
    await tab.keyboard.press("Escape")
    await expect(button).to_be_focused()
    await button.press("Enter")
    await tab.keyboard.press("Enter")
    await expect(dialog).to_be_hidden()
    await expect(button).to_be_focused()
    await button.press("Enter")
    await dialog.get_by_role("button", name="Remove this participant").press("Enter")
    await expect(tab.locator("li.system[data-kind=removed]")).to_contain_text(bob.name)
    await expect(button).to_have_count(0)
    await expect(_remove_button(tab, carol.person_id)).to_be_focused()
    await _remove_button(tab, carol.person_id).press("Enter")
    await dialog.get_by_role("button", name="Remove this participant").press("Enter")
    await expect(tab.locator(".participants-list > li")).to_have_count(1)
    await expect(tab.locator(".participants-summary")).to_be_focused()


async def test_the_focus_comes_back_although_the_list_changed_meanwhile(place: Place) -> None:
    """Somebody is added while the question stands: the button that asked is another one now."""
    alice = await place.visitor("Alice")
    bob, carol = await place.person("Bob"), await place.person("Carol")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator(".participants-summary").press("Enter")
    await _remove_button(tab, bob.person_id).press("Enter")
    await expect(tab.locator("#ask-remove")).to_be_visible()
    await alice.ask("POST", f"discussions/{room}/participants", {"add": [{"person": carol.person_id}]})
    await expect(_remove_button(tab, carol.person_id)).to_have_count(1)
    await tab.keyboard.press("Escape")
    await expect(tab.locator("#ask-remove")).to_be_hidden()
    await expect(_remove_button(tab, bob.person_id)).to_be_focused()


async def test_a_removal_that_fails_says_so(place: Place) -> None:
    """The question stays, with the reason; once more works."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator(".participants-summary").click()
    await _remove_button(tab, bob.person_id).click()
    dialog = tab.locator("#ask-remove")
    needed = "['recipient-field', 'live-person'].map((name) => customElements.whenDefined(name))"
    await tab.evaluate(f"Promise.all({needed}).then(() => null)")
    await alice.context.set_offline(True)
    await dialog.locator(".danger").click()
    await expect(dialog.get_by_role("alert")).to_contain_text("nothing was changed")
    await alice.context.set_offline(False)
    await dialog.locator(".danger").click()
    await expect(dialog).to_be_hidden()
    await expect(_remove_button(tab, bob.person_id)).to_have_count(0)


async def test_stopping_asks_first(place: Place) -> None:
    """One can stay; who stops is led to the inbox."""
    alice, bob = await place.person("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice, [bob.who])
    tab = await bob.tab(f"/discussions/{room}")
    await tab.locator(".participants-summary").click()
    link, dialog = tab.locator("a.stop"), tab.locator("#ask-stop")
    await link.press("Enter")
    await expect(dialog.get_by_role("button", name="Stay in the discussion")).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(link).to_be_focused()
    await link.press("Enter")
    await dialog.locator(".danger").click()
    await expect(tab).to_have_url(re.compile("/boxes/inbox"))


async def test_who_loses_a_room_keeps_her_own_words(place: Place) -> None:
    """What was being written can be copied; nobody is told that she is still writing."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    tab, bob_tab = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await bob_tab.locator("#reply-body").press_sequentially("Half a thought")
    await expect(tab.locator("typing-line")).to_contain_text(bob.name)
    await tab.locator(".participants-summary").click()
    await _remove_button(tab, bob.who.person_id).click()
    await tab.locator("#ask-remove .danger").click()
    await expect(bob_tab.locator("#unsent")).to_have_value("Half a thought")
    await expect(bob_tab.locator(".gone")).to_be_focused()
    await expect(tab.locator("typing-line")).to_be_hidden()


async def test_ones_own_reply_is_spoken_once(place: Place) -> None:
    """On its way it is silent; the entry that takes its place is spoken; a failure is said."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    await write(tab, "Spoken once")
    await expect(entry(tab, "Spoken once")).to_be_visible()
    assert await entry(tab, "Spoken once").evaluate(NEAREST_LIVE) == "log"
    await write(tab, "null \0 byte")
    await expect(pending(tab)).to_have_attribute("data-state", "failed")
    assert await pending(tab).locator(".body").evaluate(NEAREST_LIVE) == "off"
    assert await pending(tab).locator(".reason").evaluate(NEAREST_LIVE) == "status"


async def test_enter_breaks_the_line_for_who_wants_it(place: Place) -> None:
    """Chosen in one's menu; Ctrl+Enter sends either way."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator("#reply-body").fill("One")
    await tab.locator(".menu > summary").click()
    await tab.get_by_role("button", name="Breaks the line").click()
    text = tab.locator("#reply-body")
    await expect(tab.locator("reply-composer")).to_have_attribute("data-sending-key", "ctrl-enter")
    await expect(text).to_have_value("One")
    await text.press("End")
    await text.press("Enter")
    await text.press_sequentially("two")
    await expect(text).to_have_value("One\ntwo")
    await text.press("Control+Enter")
    await expect(entry(tab, "two")).to_be_visible()


NEAREST_LIVE = """(one) => {
    const live = one.closest("[aria-live], [role=status], [role=log]");
    return live.getAttribute("aria-live") ?? live.getAttribute("role");
}"""


def _remove_button(tab: Page, person_id: str) -> Locator:
    return tab.locator(f".participants-list [data-person='{person_id}'] .remove-participant")
