"""What happens while an answer or a page is on its way, or a button is pressed: nothing is missed, taken or moved."""

import re

import pytest
from playwright.async_api import APIResponse, Locator, Page, Route, expect

from tests import factories
from tests.journeys.discussing import badge_shows, entry, is_live, write
from tests.journeys.holding import holding
from tests.journeys.mailbox import check, row, send_to, with_rooms
from tests.journeys.place import Place, Visitor
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_what_comes_while_a_page_is_on_its_way(place: Place) -> None:
    """The stream is there already, in another tab: the page that was rendered before shows it all the same."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    first, second = await alice.tab(), await alice.context.new_page()
    async with holding(second, "**/js/main.js") as script:
        await second.goto(f"{place.line.url}/boxes/inbox", wait_until="commit")
        await expect(second.locator(".empty")).to_be_visible()
        await script.is_asked_for()
        room = await send_to(bob, alice)
        await badge_shows(first, 1)
    await expect(row(second, room)).to_be_visible()
    await expect(second.locator("boxes-nav [data-unread]")).to_have_text("1")


async def test_who_is_added_while_the_discussion_is_on_its_way(place: Place) -> None:
    """Its log and its participants have her, although the stream was told before the page."""
    alice, bob, carol = await place.visitor("Alice"), await place.visitor("Bob"), await place.person("Carol")
    room = await send_to(bob, alice)
    first, second = await alice.tab(f"/discussions/{room}"), await alice.context.new_page()
    async with holding(second, "**/js/main.js") as script:
        await second.goto(f"{place.line.url}/discussions/{room}", wait_until="commit")
        await expect(entry(second, "Look")).to_be_visible()
        await script.is_asked_for()
        await bob.ask("POST", f"discussions/{room}/participants", {"add": [{"person": carol.person_id}]})
        await expect(first.locator(".participants-list > li")).to_have_count(3)
    await expect(second.locator("li.system[data-kind=added]")).to_be_visible()
    await expect(second.locator(".participants-list > li")).to_have_count(3)


async def test_a_held_message_that_is_taken_back_while_its_page_comes(place: Place) -> None:
    """It goes where the message is now."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    first, second = await alice.tab("/boxes/drafts"), await alice.context.new_page()
    message = {"subject": "Trip", "body": "x", "to": [{"person": bob.person_id}]}
    draft = (await alice.ask("POST", "messages", message))["id"]
    await alice.ask("POST", f"messages/{draft}/send", {"hold": 60})
    async with holding(second, "**/js/main.js") as script:
        await second.goto(f"{place.line.url}/discussions/{draft}", wait_until="commit")
        await expect(second.locator("held-message")).to_be_visible()
        await script.is_asked_for()
        await alice.ask("DELETE", f"messages/{draft}/send")
        await expect(row(first, draft)).to_be_visible()
    await expect(second).to_have_url(re.compile(f"/drafts/{draft}"))
    await is_live(second)


async def test_a_range_from_a_row_that_changed(place: Place) -> None:
    """Somebody answers there between the click and the one with Shift."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    rooms = [await send_to(bob, alice) for _ in range(4)]
    tab = await alice.tab("/boxes/inbox")
    await check(tab, rooms[3]).click()
    await _answers(bob, rooms[3])
    await expect(row(tab, rooms[3])).to_contain_text("It changes")
    await check(tab, rooms[0]).click(modifiers=["Shift"])
    await expect(tab.locator(".selection-count")).to_have_text("4 selected")


async def test_a_row_that_changes_under_a_press(place: Place) -> None:
    """What is pressed stays until it is let go, and the click counts."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await send_to(bob, alice)
    tab = await alice.tab("/boxes/inbox")
    await _press(tab, row(tab, room).locator(".row-link"))
    async with tab.expect_response("**/fragments/rows**"):
        await _answers(bob, room)
    await tab.mouse.up()
    await expect(tab).to_have_url(re.compile(f"/discussions/{room}"))
    await is_live(tab)


async def test_folders_that_change_under_a_press(place: Place) -> None:
    """Who goes to a box while its counts are on their way gets there, however long she presses."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    tab = await alice.tab("/boxes/inbox")
    async with holding(tab, "**/fragments/boxes**") as boxes:
        await send_to(bob, alice)
        await boxes.is_asked_for()
        await _press(tab, tab.locator("boxes-nav").get_by_role("link", name="Trash"))
        await tab.evaluate("const now = Date.now; Date.now = () => now() + 5000")
    async with tab.expect_response("**/fragments/rows**"):
        await send_to(bob, alice)
    await tab.mouse.up()
    await expect(tab).to_have_url(re.compile("/boxes/trash"))
    await is_live(tab)


async def test_recipients_that_change_under_a_press(place: Place) -> None:
    """Who is pressed is chosen, although the answer to the last letter comes meanwhile."""
    alice = await place.visitor("Alice")
    for name in ("Bea", "Ben"):
        await place.person(name)
    tab = await alice.tab("/new")
    ben = tab.get_by_role("option", name=f"Ben {place.surname}")
    await tab.locator("#to-search").fill(f"be {place.surname}")
    await expect(ben).to_be_visible()
    async with tab.expect_response("**/api/recipients**"), holding(tab, "**/api/recipients**") as answer:
        await tab.locator("#to-search").fill(f"b {place.surname}")
        await answer.is_asked_for()
        await _press(tab, ben)
    await _is_drawn(tab)
    await tab.mouse.up()
    await expect(tab.locator(".chip-name")).to_have_text(f"Ben {place.surname}")


async def test_a_discussion_that_is_lost_while_its_row_comes(place: Place) -> None:
    """The answer that still has it does not bring it back."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await send_to(bob, alice)
    tab = await alice.tab("/boxes/inbox")
    await expect(row(tab, room)).to_be_visible()
    answers: list[tuple[Route, APIResponse]] = []

    async def late(route: Route) -> None:
        answers.append((route, await route.fetch()))

    await tab.route("**/fragments/rows**", late)
    await _answers(bob, room)
    await wait_for(lambda: answers, "the row is on its way")
    await bob.ask("DELETE", f"discussions/{room}/participants/{alice.who.person_id}")
    await expect(row(tab, room)).to_have_count(0)
    settled = "new Promise((resume) => document.querySelector('message-list').addEventListener('rows-changed', resume))"
    await tab.evaluate(f"globalThis.settled = {settled}.then(() => true); 0")
    for route, answer in answers:
        await route.fulfill(response=answer)
    assert await tab.evaluate("globalThis.settled")
    assert await row(tab, room).count() == 0


async def test_who_is_here_when_the_list_changes(place: Place) -> None:
    """Whoever was there before somebody was added is still seen to be."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room, carol = await send_to(alice, bob), await place.person("Carol")
    tab = await alice.tab(f"/discussions/{room}")
    here = tab.locator(f".faces .face[data-person='{bob.who.person_id}'][data-here]")
    await bob.tab(f"/discussions/{room}")
    await expect(here).to_have_count(1)
    await alice.ask("POST", f"discussions/{room}/participants", {"add": [{"person": carol.person_id}]})
    await expect(tab.locator(".participants-list > li")).to_have_count(3)
    await expect(here).to_have_count(1)


async def test_a_preview_that_comes_after_the_reply_has_gone(place: Place) -> None:
    """The field is there for the next one."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, alice.who, [bob])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator("#reply-body").fill("Too quick")
    async with holding(tab, "**/fragments/preview") as preview:
        await tab.locator("reply-composer").get_by_role("button", name="Preview").click()
        await preview.is_asked_for()
        await write(tab, "Too quick")
        await expect(entry(tab, "Too quick")).to_be_visible()
    await _is_drawn(tab)
    await expect(tab.locator("#reply-body")).to_be_visible(timeout=1)


async def test_who_goes_on_while_a_deed_is_done_keeps_the_focus(place: Place) -> None:
    """What she types next does not become a key of the rows."""
    alice, rooms = await with_rooms(place, 3)
    tab = await alice.tab("/boxes/inbox")
    await check(tab, rooms[0]).click()
    async with holding(tab, "**/bulk**") as deed:
        await tab.get_by_role("button", name="Mark as read").click()
        await deed.is_asked_for()
        await tab.locator(".banner .new").focus()
    await expect(tab.locator(".row.unread")).to_have_count(2)
    await _is_drawn(tab)
    await expect(tab.locator(".banner .new")).to_be_focused(timeout=1)


async def _answers(who: Visitor, room: str) -> None:
    reply = {"client_id": f"changes-{room}", "body": "It changes"}
    await who.ask("POST", f"discussions/{room}/replies", reply)


async def _press(tab: Page, target: Locator) -> None:
    await target.hover()
    await tab.mouse.down()


async def _is_drawn(tab: Page) -> None:
    """What has come is on the screen."""
    await tab.evaluate("new Promise((resume) => requestAnimationFrame(() => setTimeout(resume)))")
