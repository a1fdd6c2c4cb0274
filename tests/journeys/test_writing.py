"""A message being written is saved by itself, and nothing typed is ever lost."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from app import drafts
from app.drafts import DraftFields
from app.sign_in import identify, sign_out
from tests import factories
from tests.journeys.discussing import choose, entry
from tests.journeys.line import Line
from tests.journeys.place import Place, Visitor
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAVED = re.compile(r"Saved at \d\d:\d\d")


async def test_a_new_message_saves_itself(place: Place) -> None:
    """With its first save it is a draft at an address of its own; recipients and options are part of it."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    tab = await alice.tab("/new")
    await tab.locator("#subject").press_sequentially("By itself")
    await choose(tab, "to", f"bob {place.surname}", bob.name)
    await tab.get_by_label("No replies").check()
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    await expect(tab).to_have_url(re.compile(r"/drafts/\w{32}$"))
    (draft,) = await _drafts(place, alice)
    assert (draft.subject, [ref.name for ref in draft.to]) == ("By itself", [bob.name])
    assert draft.reply_policy == "nobody"
    await tab.locator("#body").fill("The text.")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "The text.")).to_be_visible()
    assert await _drafts(place, alice) == []


async def test_leaving_saves_the_last_words(place: Place) -> None:
    """Another page before the two seconds are over: the draft has it all, and the next new message is empty."""
    alice = await place.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#body").fill("Just before leaving")
    await tab.locator(".brand").click()
    await expect(tab.locator("h1")).to_have_text("Personal messaging")
    await wait_for(lambda: _bodies(place, alice, ["Just before leaving"]), "the draft is kept", 5)
    await tab.locator(".banner .new").click()
    await expect(tab.locator("#body")).to_have_value("")
    await tab.locator("#body").fill("Another one")
    await tab.go_back()
    await tab.go_forward()
    await expect(tab.locator("#body")).to_have_value("Another one")
    await wait_for(lambda: _bodies(place, alice, ["Another one", "Just before leaving"]), "both are kept", 5)


async def test_one_draft_in_two_tabs(place: Place) -> None:
    """The older save is refused, both texts are seen, and the writer chooses; either way nothing else is touched."""
    alice = await place.visitor("Alice")
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Both", body="start"))
    first, second = await alice.tab(f"/drafts/{draft.id}"), await alice.tab(f"/drafts/{draft.id}")
    await first.locator("#body").fill("from the first")
    await expect(first.locator(".saved")).to_have_text(SAVED)
    await expect(_notice(second, "elsewhere")).to_be_visible()
    await second.locator("#body").fill("from the second")
    await expect(second.locator(".conflict .body")).to_have_text("from the first")
    await expect(second.locator("#body")).to_have_value("from the second")
    assert await _bodies(place, alice, ["from the first"])
    await second.get_by_role("button", name="Keep what is written here").click()
    await expect(second.locator(".conflict")).to_have_count(0)
    assert await _bodies(place, alice, ["from the second"])
    await first.locator("#body").fill("the first again")
    await expect(first.locator(".conflict .body")).to_have_text("from the second")
    await first.get_by_role("link", name="Take the other one").click()
    await expect(first.locator("#body")).to_have_value("from the second")
    await expect(first.locator(".conflict")).to_have_count(0)
    assert await _bodies(place, alice, ["from the second"])


async def test_a_session_that_expires_while_one_writes(place: Place) -> None:
    """The page says so, and loses no character: signed in again on it or in another tab, it saves and sends."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    tab = await alice.tab(f"/new?to=person:{bob.person_id}")
    await tab.locator("#body").fill("Before the end")
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    await _sign_out_elsewhere(place, alice)
    await tab.locator("#body").press_sequentially(", and after it")
    await expect(_notice(tab, "ended")).to_be_visible()
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.locator("#body")).to_have_value(re.compile("and after it"))
    await _notice(tab, "ended").get_by_role("button", name="Sign in").click()
    await tab.locator("#password-here").fill("wrong")
    await tab.keyboard.press("Enter")
    await expect(tab.locator("#sign-in-here .error")).to_be_visible()
    await tab.locator("#password-here").fill(factories.PASSWORD)
    await tab.keyboard.press("Enter")
    await expect(_notice(tab, "ended")).to_be_hidden()
    await expect(tab.locator("connection-state")).to_have_attribute("data-now", "live")
    assert await _bodies(place, alice, [await tab.locator("#body").input_value()])

    await _sign_out_elsewhere(place, alice)
    await tab.locator("#subject").fill("Once more")
    await expect(_notice(tab, "ended")).to_be_visible()
    async with alice.context.expect_page() as opened:
        await _notice(tab, "ended").get_by_role("link", name="Sign in in another tab").click()
    other = await opened.value
    await other.locator("#login").fill(alice.who.login)
    await other.locator("#password").fill(factories.PASSWORD)
    await other.locator("#password").press("Enter")
    await expect(other.locator("unread-badge")).to_be_visible()
    await other.close()
    await tab.bring_to_front()
    await tab.evaluate("dispatchEvent(new Event('focus'))")
    await expect(_notice(tab, "ended")).to_be_hidden()
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "and after it")).to_be_visible()


async def test_somebody_else_signs_in_meanwhile(place: Place) -> None:
    """What was written is not kept among the other person's drafts."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    tab = await alice.tab("/new")
    cookies = await factories.signed_in(place.site, bob)
    await alice.context.add_cookies(
        [{"name": name, "value": value, "url": place.line.url} for name, value in cookies.items()]
    )
    await tab.locator("#body").fill("Not for Bob")
    await expect(_notice(tab, "another")).to_be_visible()
    assert (await drafts.list_drafts(place.site, bob)).items == []


async def test_a_cut_line_and_a_closed_tab_lose_nothing(place: Place) -> None:
    """Said while it lasts, kept in the browser beyond the tab, and saved by itself afterwards."""
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        draft = await drafts.create(place.site, alice.who, DraftFields(subject="Far away", body=""))
        tab = await alice.tab(f"/drafts/{draft.id}")
        await line.cut()
        await tab.locator("#body").fill("Written in a tunnel")
        await expect(_notice(tab, "unreachable")).to_be_visible()
        await tab.get_by_role("button", name="Send", exact=True).click()
        await expect(tab.locator("#body")).to_have_value("Written in a tunnel")
        await line.mend()
        await tab.evaluate("dispatchEvent(new Event('online'))")
        await expect(_notice(tab, "unreachable")).to_be_hidden()
        assert await _bodies(place, alice, ["Written in a tunnel"])
        await line.cut()
        await tab.locator("#body").fill("Written in the next tunnel")
        await expect(_notice(tab, "unreachable")).to_be_visible()
        await tab.close()
        await line.mend()
        tab = await alice.tab(f"/drafts/{draft.id}")
        await expect(tab.locator("#body")).to_have_value("Written in the next tunnel")
        await expect(tab.locator(".saved")).to_have_text(SAVED)
        await wait_for(lambda: _bodies(place, alice, ["Written in the next tunnel"]), "it is saved", 5)


async def test_a_restarted_server_goes_on_saving(place_apart: Place) -> None:
    """Killed while somebody writes, and back: the draft has what was typed meanwhile."""
    alice = await place_apart.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#body").fill("Before")
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    place_apart.process.kill()
    await tab.locator("#body").fill("Before and meanwhile")
    await expect(_notice(tab, "unreachable")).to_be_visible()
    await place_apart.process.start()
    await tab.evaluate("dispatchEvent(new Event('online'))")
    await expect(_notice(tab, "unreachable")).to_be_hidden()
    assert await _bodies(place_apart, alice, ["Before and meanwhile"])


@pytest.mark.parametrize("sent", [False, True])
async def test_a_draft_that_is_gone_meanwhile(place: Place, sent: bool) -> None:
    """Discarded or sent in another tab: what is typed here can be kept as another draft."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    to = [drafts.Address("person", bob.person_id)]
    draft = await drafts.create(place.site, alice.who, DraftFields(body="start", to=to))
    tab = await alice.tab(f"/drafts/{draft.id}")
    other = await alice.tab(f"/drafts/{draft.id}")
    if sent:
        await other.get_by_role("button", name="Send", exact=True).click()
        await expect(entry(other, "start")).to_be_visible()
    else:
        await drafts.discard(place.site, alice.who, draft.id)
    await tab.locator("#body").fill("more")
    notice = _notice(tab, "sent" if sent else "gone")
    await notice.get_by_role("button", name="Keep it as a").click()
    await expect(notice).to_be_hidden()
    assert await _bodies(place, alice, ["more"])


async def test_a_refused_send_keeps_everything(place: Place) -> None:
    """Who may not be written to is named, and the message is a draft as it was."""
    alice, carol = await place.visitor("Alice"), await place.person("Carol", messaging="no")
    tab = await alice.tab(f"/new?to=person:{carol.person_id}")
    await tab.locator("#body").fill("Hello")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.locator("#problems")).to_contain_text(carol.name)
    await expect(tab.locator("#body")).to_have_value("Hello")
    await tab.reload()
    await expect(tab.locator("#body")).to_have_value("Hello")
    await wait_for(lambda: _bodies(place, alice, ["Hello"]), "it is one draft", 5)


async def test_a_preview_shows_what_readers_will_see(place: Place) -> None:
    """By keyboard: the text as it will be, and back to writing where one was."""
    alice = await place.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#body").fill("- *one*\n- <script>alert(1)</script>")
    await tab.get_by_role("button", name="Preview").press("Enter")
    preview = tab.get_by_role("region", name="Preview")
    await expect(preview.locator("li em")).to_have_text("one")
    await expect(preview.locator("script")).to_have_count(0)
    await expect(preview).to_be_focused()
    await expect(tab.locator("#body")).to_be_hidden()
    await tab.get_by_role("button", name="Write", exact=True).press("Enter")
    await expect(tab.locator("#body")).to_be_focused()
    await expect(tab.locator("#body")).to_have_value("- *one*\n- <script>alert(1)</script>")


def _notice(tab: Page, state: str) -> Locator:
    return tab.locator(f".saving-notice [data-state={state}]")


async def _drafts(place: Place, visitor: Visitor) -> list[drafts.Draft]:
    return list((await drafts.list_drafts(place.site, visitor.who)).items)


async def _bodies(place: Place, visitor: Visitor, expected: list[str]) -> bool:
    found = [draft.body for draft in await _drafts(place, visitor)]
    assert len(found) <= len(expected), found
    return found == expected


async def _sign_out_elsewhere(place: Place, visitor: Visitor) -> None:
    """As an administrator, or the end of its time, ends a session."""
    (cookie,) = [one for one in await visitor.context.cookies() if one["name"] == "parley"]
    who = await identify(place.site, cookie=cookie["value"])
    assert who
    await sign_out(place.site, who)
