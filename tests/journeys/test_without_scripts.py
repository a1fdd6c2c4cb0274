"""The whole way as forms and links: nothing needs a script."""

import re

import pytest
from playwright.async_api import Page, expect

from tests import factories
from tests.journeys.discussing import entry
from tests.journeys.place import Place, Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_whole_way_without_scripts(place: Place) -> None:
    """Sign in, write, search recipients, send, reply, add, remove, stop."""
    alice = await place.visit(await place.person("Alice"), signed_in=False, java_script_enabled=False)
    bob = await place.visitor("Bob", java_script_enabled=False)
    carol = await place.person("Carol")
    await factories.signed_in(place.site, alice.who)
    tab = await alice.tab()
    await _sign_in(tab, alice)

    await tab.get_by_role("link", name="New message").first.click()
    await tab.locator("#subject").fill("By forms alone")
    await tab.locator("#body").fill("Does it work?")
    await _search_and_check(tab, "to", f"bob {place.surname}")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "Does it work?")).to_be_visible()
    room = tab.url.split("?")[0].split("#")[0]

    bob_tab = await bob.tab()
    await expect(bob_tab.locator("unread-badge .count")).to_have_text("1")
    await bob_tab.locator("#new-message a").click()
    await bob_tab.get_by_role("button", name="Mark as read").click()
    await expect(bob_tab.locator("unread-badge .count")).to_be_hidden()
    await bob_tab.locator("#reply-body").fill("It does")
    await bob_tab.locator(".send").click()
    await expect(entry(bob_tab, "It does")).to_be_visible()

    await tab.goto(room)
    await expect(entry(tab, "It does")).to_be_visible()
    await tab.locator(".participants-summary").click()
    await _search_and_check(tab, "add", f"carol {place.surname}")
    await tab.locator(".add-participants").get_by_role("button", name="Add", exact=True).click()
    await expect(tab.locator("li.system[data-kind=added]")).to_contain_text(carol.name)
    await tab.locator(".participants-summary").click()
    await tab.locator(f"[data-person='{bob.who.person_id}'] .remove-participant").click()
    await tab.get_by_role("button", name="Remove this participant").click()
    await expect(tab.locator("li.system[data-kind=removed]")).to_contain_text(bob.name)
    answer = await bob_tab.goto(room)
    assert answer
    assert answer.status == 404

    await tab.locator(".participants-summary").click()
    await tab.get_by_role("link", name="Stop participation to this discussion").click()
    await tab.get_by_role("button", name="Stop participation").click()
    await expect(tab).to_have_url(re.compile("/boxes/inbox"))
    answer = await tab.goto(room)
    assert answer
    assert answer.status == 404


async def test_sent_without_recipients_the_message_waits(place: Place) -> None:
    """The draft stays, "Add a participant" opens, and from there it is sent."""
    alice = await place.visitor("Alice", java_script_enabled=False)
    bob = await place.person("Bob")
    tab = await alice.tab("/new")
    await tab.locator("#subject").fill("For whom?")
    await tab.locator("#body").fill("I do not know yet.")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.get_by_role("heading", name="Add a participant")).to_be_visible()
    await _search_and_check(tab, "add", f"bob {place.surname}")
    await tab.get_by_role("button", name="Add", exact=True).click()
    await expect(tab.locator(".recipient-list")).to_contain_text(bob.name)
    await tab.get_by_role("button", name="Send this message").click()
    await expect(entry(tab, "I do not know yet.")).to_be_visible()


async def test_a_discussion_opens_where_one_is(place: Place) -> None:
    """Opened by its bare address it stands at what is new, and at its end when nothing is; a named place wins.

    There it stays when what is below the log grows.
    """
    alice, bob = await place.person("Alice"), await place.visitor("Bob", java_script_enabled=False)
    room = await factories.discussion(place.site, alice, [bob.who], "First words. " * 400)
    tab = await bob.tab(f"/discussions/{room}")
    await tab.locator("#reply-body").fill("Read. " * 400)
    await tab.locator(".send").click()
    await expect(tab.locator("#e2")).to_be_in_viewport()
    carol = await place.visitor("Carol", java_script_enabled=False)
    room = await factories.discussion(place.site, alice, [bob.who, carol.who], "Long before. " * 800)
    tab = await bob.tab(f"/discussions/{room}")
    await tab.get_by_role("button", name="Mark as read").click()
    await expect(tab.get_by_role("button", name="Mark as read")).to_be_hidden()
    tab = await bob.tab(f"/discussions/{room}")
    await expect(tab.locator("#end")).to_be_in_viewport()
    await tab.locator("#reply-body").fill("One line\n" * 6)
    await expect(tab.locator("#end"), "what is answered went out of sight").to_be_in_viewport()
    carol_tab = await carol.tab(f"/discussions/{room}")
    await carol_tab.locator("#reply-body").fill("News. " * 800)
    await carol_tab.locator(".send").click()
    await expect(carol_tab.locator("#e2")).to_be_in_viewport()
    tab = await bob.tab(f"/discussions/{room}")
    await expect(tab.locator("#new")).to_be_in_viewport(ratio=1)
    tab = await bob.tab(f"/discussions/{room}#e1")
    await expect(tab.locator("#e1 .author")).to_be_in_viewport()


async def _sign_in(tab: Page, visitor: Visitor) -> None:
    await tab.locator("#login").fill(visitor.who.login)
    await tab.locator("#password").fill(factories.PASSWORD)
    await tab.get_by_role("button", name="Sign in").click()
    await expect(tab.locator("unread-badge")).to_be_visible()


async def _search_and_check(tab: Page, field: str, q: str) -> None:
    await tab.locator(f"#{field}-search").fill(q)
    await tab.locator(f"recipient-field[data-name={field}] .search").click()
    await tab.locator(f"recipient-field[data-name={field}] .choices input").first.check()
