"""Many tabs, one stream: a single socket for all of them, over page changes, restarts and sign-outs."""

import re

import pytest
from playwright.async_api import Page, expect

from tests import factories
from tests.journeys.discussing import badge_shows, entry, is_live, pending, write
from tests.journeys.line import Line
from tests.journeys.place import Place
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_all_tabs_share_one_socket_that_outlives_pages(place: Place) -> None:
    """Three tabs, and one of them going from page to page with no other left: the socket stays the same."""
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
        tabs = [await alice.tab(path) for path in ("/", "/boxes/inbox", f"/discussions/{room}")]
        for tab in tabs:
            await is_live(tab)
        for tab in tabs[1:]:
            await tab.close()
        for path in ("/boxes/sent", f"/discussions/{room}", "/"):
            await tabs[0].goto(line.url + path)
            await is_live(tabs[0])
        assert line.sockets_opened == 1


async def test_without_a_shared_worker_each_tab_has_a_socket(place: Place) -> None:
    """A browser that lacks SharedWorker is live all the same, and posts what waits once."""
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        await alice.context.add_init_script("delete globalThis.SharedWorker")
        bob = await place.person("Bob")
        room = await factories.discussion(place.site, bob, [alice.who])
        first, second = await alice.tab(f"/discussions/{room}"), await alice.tab(f"/discussions/{room}")
        for tab in (first, second):
            await is_live(tab)
        assert line.sockets_opened == 2
        await write(second, "from the second tab")
        await write(first, "from the first tab")
        for tab in (first, second):
            await expect(entry(tab, "from the first tab")).to_have_count(1)
            await expect(entry(tab, "from the second tab")).to_have_count(1)
            await expect(pending(tab)).to_have_count(0)


async def test_the_badge_is_the_same_everywhere(place: Place) -> None:
    """Banner, title, line and lists of two tabs follow one number, up and down."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    rooms = [
        await factories.discussion(place.site, bob.who, [alice.who], subject=f"Room {n}") for n in (1, 2)
    ]
    home, inbox = await alice.tab(), await alice.tab("/boxes/inbox")
    await badge_shows(home, 2)
    await expect(home.locator("#new-message")).to_have_text("You have 2 new messages")
    await is_live(home)
    reader = await alice.tab(f"/discussions/{rooms[0]}")
    await expect(entry(reader, "Hello.")).to_be_visible()
    for tab in (home, inbox, reader):
        await expect(tab.locator("unread-badge .count")).to_have_text("1")
        await badge_shows(tab, 1)
        await expect(tab.locator("boxes-nav [data-unread]")).to_have_text("1")
    await expect(home.locator("#new-message")).to_have_text("You have a new message")
    await expect(inbox.locator(".row.unread")).to_have_count(1)
    await expect(home.locator("#favicon")).to_have_attribute("href", re.compile("^data:image/png"))


async def test_a_page_catches_up_after_a_cut(place: Place) -> None:
    """What was said while the line was cut is there when it is mended, in order, without a reload."""
    bob = await place.visitor("Bob")
    async with Line(place.process.port) as line:
        alice = await place.visit(await place.person("Alice"), line=line)
        room = await factories.discussion(place.site, alice.who, [bob.who])
        tab, bob_tab = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
        await is_live(tab)
        await line.cut()
        for text in ("first", "second"):
            await write(bob_tab, text)
            await expect(entry(bob_tab, text)).to_be_visible()
        await expect(tab.locator("connection-state")).to_be_visible()
        await line.mend()
        await tab.evaluate("dispatchEvent(new Event('online'))")
        await expect(entry(tab, "second")).to_be_visible()
        await expect(tab.locator("connection-state")).to_be_hidden()
        numbers = await tab.locator("li.entry[data-seq]").evaluate_all(
            "all => all.map(one => one.dataset.seq)"
        )
        assert numbers == ["1", "2", "3"]


async def test_a_restarted_server_is_found_again(place_apart: Place) -> None:
    """Ended in order and started again on its port: the page comes back by itself, and what waited is posted."""
    alice = await place_apart.visitor("Alice")
    room = await factories.discussion(place_apart.site, alice.who, [await place_apart.person("Bob")])
    tab = await alice.tab(f"/discussions/{room}")
    place_apart.process.terminate()
    await write(tab, "meanwhile")
    await expect(pending(tab)).to_have_count(1)
    await place_apart.process.start()
    await tab.evaluate("dispatchEvent(new Event('online'))")
    await expect(entry(tab, "meanwhile")).to_be_visible()
    await expect(pending(tab)).to_have_count(0)


async def test_a_reader_higher_up_is_told_and_not_moved(place: Place) -> None:
    """Scrolled up, she stays where she is; a button says how many are below, and leads there."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who], "line\n" * 300)
    tab, bob_tab = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await is_live(tab)
    before = await _scroll_to_top(tab)
    for text in ("one", "two"):
        await write(bob_tab, text)
    await expect(tab.locator(".new-below")).to_have_text("2 new below")
    assert await tab.locator("message-log").evaluate("log => log.scrollTop") == before
    await expect(bob_tab.locator("seen-line")).to_be_hidden()
    await tab.locator(".new-below").click()
    await expect(entry(tab, "two")).to_be_in_viewport()
    await expect(tab.locator(".new-below")).to_be_hidden()
    await expect(bob_tab.locator("seen-line")).to_contain_text(alice.name)


async def test_earlier_entries_come_as_one_scrolls_up(place: Place) -> None:
    """Scrolling up loads what was before, to the first entry, each once and in order."""
    alice = await place.visitor("Alice")
    room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
    tab = await alice.tab(f"/discussions/{room}")
    await is_live(tab)
    await _post_by_http(tab, room, 129)
    await expect(tab.locator("#e130")).to_be_visible()
    await tab.reload()
    assert await tab.locator("li.entry[data-seq]").count() < 130
    await tab.locator(".earlier").scroll_into_view_if_needed()

    async def is_all_there() -> bool:
        await tab.locator("message-log").evaluate("log => log.scrollTop = 0")
        return not await tab.locator(".earlier").count()

    await wait_for(is_all_there, "all that was before is loaded", 20)
    numbers = await tab.locator("li.entry[data-seq]").evaluate_all(
        "all => all.map(one => Number(one.dataset.seq))"
    )
    assert numbers == list(range(1, 131))
    # Two if it was written over midnight.
    assert await tab.locator("li.day").count() in (1, 2)


async def test_a_reply_from_the_middle_of_the_log_leads_to_its_end(place: Place) -> None:
    """On a page around an old entry what comes in is announced; one's own reply leads to where it stands."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    bob_tab = await bob.tab(f"/discussions/{room}")
    await _post_by_http(bob_tab, room, 205)
    tab = await alice.tab(f"/discussions/{room}?at=2")
    await write(bob_tab, "news")
    await expect(tab.locator(".new-below")).to_have_text("1 new below")
    await write(tab, "from the middle")
    await expect(entry(tab, "from the middle")).to_be_in_viewport()
    await expect(pending(tab)).to_have_count(0)


async def test_who_signs_out_in_one_tab_is_out_in_all(place: Place) -> None:
    """Every tab of the browser leaves for the sign-in page at once, also one in which somebody was writing."""
    alice = await place.visitor("Alice")
    room = await factories.discussion(place.site, alice.who, [await place.person("Bob")])
    first, second, third = await alice.tab(), await alice.tab(f"/discussions/{room}"), await alice.tab("/new")
    await second.locator("#reply-body").fill("half a sentence")
    await third.locator("#body").fill("half a message")
    for tab in (second, third):
        await is_live(tab)
    await first.locator(".menu summary").click()
    await first.locator("form[action='/sign-out'] button").click()
    for tab in (first, second, third):
        await expect(tab.locator("#login")).to_be_visible()
    for tab in (second, third):
        assert "half a" not in await tab.evaluate("JSON.stringify({...sessionStorage, ...localStorage})")
        await tab.go_back()
        await expect(tab.get_by_text("Hello.")).to_have_count(0)


async def _post_by_http(tab: Page, room: str, count: int) -> None:
    await tab.evaluate(
        """([room, count]) => Promise.all(Array.from({ length: count }, (_, number) => {
            const body = JSON.stringify({ client_id: `${room} ${number}`, body: `reply ${number}` });
            const headers = { "Content-Type": "application/json" };
            return fetch(`/api/discussions/${room}/replies`, { method: "POST", headers, body });
        })).then(() => null)""",
        [room, count],
    )


async def _scroll_to_top(tab: Page) -> float:
    log = tab.locator("message-log")
    await log.evaluate(
        """log => new Promise((resume) => {
            log.addEventListener("scroll", () => resume(), { once: true });
            log.scrollTop = 0;
        })"""
    )
    return 0
