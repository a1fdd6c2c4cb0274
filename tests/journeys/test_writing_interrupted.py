"""What interrupts somebody who writes: the end of her session, a cut line, a restarted server. Nothing is lost."""

import asyncio
import re

import pytest
from playwright.async_api import Route, expect

from app import drafts
from app.drafts import DraftFields
from tests import factories
from tests.journeys.discussing import entry
from tests.journeys.drafting import SAVED, bodies, drafts_of, end_session, notice
from tests.journeys.holding import holding
from tests.journeys.line import Line
from tests.journeys.place import Place
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_session_that_expires_while_one_writes(place: Place) -> None:
    """The page says so, and loses no character: signed in again on it or in another tab, it saves and sends."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    tab = await alice.tab(f"/new?to=person:{bob.person_id}")
    await tab.locator("#body").fill("Before the end")
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    await end_session(place, alice)
    await tab.locator("#body").press_sequentially(", and after it")
    await expect(notice(tab, "ended")).to_be_visible()
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.locator("#body")).to_have_value(re.compile("and after it"))
    await notice(tab, "ended").get_by_role("button", name="Sign in").click()
    await tab.locator("#password-here").fill("wrong")
    await tab.keyboard.press("Enter")
    await expect(tab.locator("#sign-in-here .error")).to_be_visible()
    await tab.locator("#password-here").fill(factories.PASSWORD)
    await tab.keyboard.press("Enter")
    await expect(notice(tab, "ended")).to_be_hidden()
    await expect(tab.locator("connection-state")).to_have_attribute("data-now", "live")
    assert await bodies(place, alice, [await tab.locator("#body").input_value()])

    await end_session(place, alice)
    await tab.locator("#subject").fill("Once more")
    await expect(notice(tab, "ended")).to_be_visible()
    async with alice.context.expect_page() as opened:
        await notice(tab, "ended").get_by_role("link", name="Sign in in another tab").click()
    other = await opened.value
    await other.locator("#login").fill(alice.who.login)
    await other.locator("#password").fill(factories.PASSWORD)
    await other.locator("#password").press("Enter")
    await expect(other.locator("unread-badge")).to_be_visible()
    await other.close()
    await tab.bring_to_front()
    await tab.evaluate("dispatchEvent(new Event('focus'))")
    await expect(notice(tab, "ended")).to_be_hidden()
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
    await expect(notice(tab, "another")).to_be_visible()
    assert (await drafts.list_drafts(place.site, bob)).items == []


async def test_a_cut_line_and_a_closed_tab_lose_nothing(place: Place) -> None:
    """Said while it lasts, kept in the browser beyond the tab, and saved by itself afterwards."""
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        draft = await drafts.create(place.site, alice.who, DraftFields(subject="Far away", body=""))
        tab = await alice.tab(f"/drafts/{draft.id}")
        await line.cut()
        await tab.locator("#body").fill("Written in a tunnel")
        await expect(notice(tab, "unreachable")).to_be_visible()
        await tab.get_by_role("button", name="Send", exact=True).click()
        await expect(tab.locator("#body")).to_have_value("Written in a tunnel")
        await line.mend()
        await tab.evaluate("dispatchEvent(new Event('online'))")
        await expect(notice(tab, "unreachable")).to_be_hidden()
        assert await bodies(place, alice, ["Written in a tunnel"])
        await line.cut()
        await tab.locator("#body").fill("Written in the next tunnel")
        await expect(notice(tab, "unreachable")).to_be_visible()
        await tab.close()
        await line.mend()
        tab = await alice.tab(f"/drafts/{draft.id}")
        await expect(tab.locator("#body")).to_have_value("Written in the next tunnel")
        await expect(tab.locator(".saved")).to_have_text(SAVED)
        await wait_for(lambda: bodies(place, alice, ["Written in the next tunnel"]), "it is saved")


async def test_a_restarted_server_goes_on_saving(place_apart: Place) -> None:
    """Killed while somebody writes, and back: the draft has what was typed meanwhile."""
    alice = await place_apart.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#body").fill("Before")
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    place_apart.process.kill()
    await tab.locator("#body").fill("Before and meanwhile")
    await expect(notice(tab, "unreachable")).to_be_visible()
    await place_apart.process.start()
    await tab.evaluate("dispatchEvent(new Event('online'))")
    await expect(notice(tab, "unreachable")).to_be_hidden()
    assert await bodies(place_apart, alice, ["Before and meanwhile"])


@pytest.mark.parametrize("is_new", [True, False])
async def test_what_is_typed_before_the_scripts_are_there(place: Place, is_new: bool) -> None:
    """A slow line brings the form before its script: the first words outlive a reload, and are saved."""
    alice = await place.visitor("Alice")
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Old"))
    tab = await alice.tab()

    async def is_kept() -> bool:
        is_saved = "First words" in {one.subject for one in await drafts_of(place, alice)}
        return is_saved or "First words" in await tab.evaluate("JSON.stringify(sessionStorage)")

    async with holding(tab, "**/js/draft.js") as script:
        await tab.goto(place.line.url + ("/new" if is_new else f"/drafts/{draft.id}"), wait_until="commit")
        await tab.locator("#subject").fill("First words")
        await script.is_asked_for()
    await wait_for(is_kept, "the browser keeps it, or it is saved already")
    async with holding(tab, "**/js/draft.js") as script:
        await tab.reload(wait_until="commit")
        await script.is_asked_for()
    await expect(tab.locator("#subject")).to_have_value("First words")
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    wanted = {"Old", "First words"} if is_new else {"First words"}

    async def is_saved() -> bool:
        return {one.subject for one in await drafts_of(place, alice)} == wanted

    await wait_for(is_saved, "the draft has it")


@pytest.mark.parametrize("is_new", [True, False])
async def test_what_is_saved_while_the_page_is_loaded_again(place: Place, is_new: bool) -> None:
    """The page that comes was rendered before: it has the words all the same, and goes on from there."""
    alice = await place.visitor("Alice")
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Old"))
    path = "/new" if is_new else f"/drafts/{draft.id}"
    tab = await alice.tab(path)
    is_rendered, is_saved = asyncio.Event(), asyncio.Event()

    async def save_once_it_is_rendered(route: Route) -> None:
        await is_rendered.wait()
        await route.continue_()

    async def come_once_it_is_saved(route: Route) -> None:
        answer = await route.fetch()
        is_rendered.set()
        await is_saved.wait()
        await route.fulfill(response=answer)

    await tab.route("**/fragments/drafts/**", save_once_it_is_rendered)
    await tab.route(place.line.url + path, come_once_it_is_saved)
    async with tab.expect_response("**/fragments/drafts/**") as saving:
        async with tab.expect_request("**/fragments/drafts/**"):
            await tab.locator("#subject").fill("First words")
        loading = asyncio.create_task(tab.reload(wait_until="commit"))
    await (await saving.value).finished()
    is_saved.set()
    await loading
    await tab.unroute_all()
    await expect(tab.locator("#subject")).to_have_value("First words")
    await tab.locator("#subject").fill("More words")
    wanted = {"Old", "More words"} if is_new else {"More words"}

    async def goes_on() -> bool:
        return {one.subject for one in await drafts_of(place, alice)} == wanted

    await wait_for(goes_on, "the draft has what is written next")
    await expect(notice(tab, "conflict")).to_be_hidden()
