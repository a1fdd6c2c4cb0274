"""Finding one's way in a long discussion: links to an entry, quotations, coming back, what is new."""

import asyncio
import re
from collections.abc import Iterable

import pytest
from playwright.async_api import Page, expect

from app.discussions import mark_read
from app.site import Identity
from app.verdicts import NewReply
from store.columns import new_id
from tests import factories
from tests.app.circles import reply_log
from tests.journeys.discussing import badge_shows, entry, is_live, write
from tests.journeys.place import Place
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = 160
AT_ITS_END = """() => {
    const log = document.querySelector("message-log");
    return log.scrollHeight - log.scrollTop - log.clientHeight < 50;
}"""


async def test_a_link_opens_around_its_entry(place: Place) -> None:
    """Copied from the menu of an entry, it shows that entry, marked; earlier and later ones load as one scrolls."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await _long_discussion(place, alice.who, [bob.who])
    await bob.context.grant_permissions(["clipboard-read", "clipboard-write"])
    tab = await bob.tab(f"/discussions/{room}?at=60#e60")
    await _open_menu(tab, 60)
    await expect(tab.get_by_role("menuitem", name="Quote")).to_be_focused()
    for name in ("Forward", "Copy link"):
        await tab.keyboard.press("ArrowDown")
        await expect(tab.get_by_role("menuitem", name=name)).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".entry-said")).to_have_text("Link copied")
    link = await tab.evaluate("navigator.clipboard.readText()")
    assert link == f"{place.line.url}/discussions/{room}?at=60#e60"
    other = await alice.tab()
    await other.goto(link)
    await expect(other.locator("#e60")).to_be_in_viewport()
    await expect(other.locator("#e60:target")).to_have_count(1)
    await is_live(other)
    await _is_still(other, "#e60", "log => log.scrollTop = 0", ".entry#e10")
    numbers = await _scroll_through(other)
    assert numbers == sorted(set(numbers))
    assert numbers[-1] == LONG
    # From its end on, it is live.
    tab = await bob.tab(f"/discussions/{room}")
    await write(tab, "and one more")
    await expect(entry(other, "and one more")).to_be_visible()


async def test_what_comes_in_leads_on_beside_the_same_box(place: Place) -> None:
    """The links of a reply that came in live keep the box that is beside the discussion, as all others do."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    reading, writing = await alice.tab(f"/discussions/{room}?box=sent"), await bob.tab(f"/discussions/{room}")
    await write(writing, "just said")
    await expect(entry(reading, "just said")).to_be_visible()
    for kind in (".at", ".quote", ".entry-more"):
        await expect(reading.locator(f"#e2 {kind}")).to_have_attribute(
            "href", re.compile(r"[?&]box=sent(#|$)")
        )


async def test_an_address_with_nothing_but_an_entry_leads_to_it(place: Place) -> None:
    """As somebody may have it who cut a link short."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await _long_discussion(place, bob, [alice.who])
    await mark_read(place.site, alice.who, room, LONG)
    tab = await alice.tab()
    await tab.goto(f"{place.line.url}/discussions/{room}#e77")
    await expect(tab).to_have_url(re.compile("at=77#e77"))
    await expect(tab.locator("#e77")).to_be_in_viewport()


async def test_a_quotation_leads_to_what_it_quotes(place: Place) -> None:
    """From the menu into the composer, above the reply in every tab, and from there back, loaded or not."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await _long_discussion(place, alice.who, [bob.who])
    tab = await bob.tab(f"/discussions/{room}?at=3#e3")
    await _open_menu(tab, 3)
    await tab.get_by_role("menuitem", name="Quote").click()
    await expect(tab.locator(".quoting-name")).to_have_text(f"In reply to {alice.name}")
    await expect(tab.locator(".quoting-text")).to_have_text("number 3")
    await expect(tab.locator("#reply-body")).to_be_focused()
    await tab.reload()
    await expect(tab.locator(".quoting-text")).to_have_text("number 3")
    other = await alice.tab(f"/discussions/{room}")
    await write(tab, "About the third")
    await expect(tab.locator(f"#e{LONG + 1}")).to_be_in_viewport()
    quoted = other.locator(f"#e{LONG + 1} .quoted")
    await expect(quoted).to_contain_text("number 3")
    await quoted.click()
    await expect(other.locator("#e3")).to_be_in_viewport()
    await expect(other.locator("#e3:target")).to_have_count(1)
    await other.go_back()
    await expect(other.locator(f"#e{LONG + 1}")).to_be_in_viewport()


async def test_one_comes_back_to_where_one_was(place: Place) -> None:
    """A reload and the way back keep the place in the log, also when it had to be loaded."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await _long_discussion(place, bob, [alice.who])
    await mark_read(place.site, alice.who, room, LONG)
    tab = await alice.tab(f"/discussions/{room}")
    await is_live(tab)
    await _scroll_up_to(tab, 90)
    await tab.locator("#e90").evaluate("one => one.scrollIntoView({ block: 'start' })")
    before = await _top_of(tab, 90)
    await tab.reload()
    await expect(tab.locator("#e90")).to_be_in_viewport()
    await _is_at(tab, 90, before)
    await tab.locator(".brand").click()
    await expect(tab.locator("home-blocks")).to_be_visible()
    await tab.go_back()
    await expect(tab.locator("#e90")).to_be_in_viewport()
    await _is_at(tab, 90, before)
    # Whoever comes anew begins as ever.
    await tab.goto(f"{place.line.url}/discussions/{room}")
    await expect(tab.locator(f"#e{LONG}")).to_be_in_viewport()
    await tab.wait_for_function(AT_ITS_END)


async def test_what_is_marked_unread_stays_so(place: Place) -> None:
    """From an entry on, in all tabs, while one goes on looking at it; coming back, it is read as ever."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    await _say(place, alice.who, room, ["two", "three"])
    home, tab = await bob.tab(), await bob.tab(f"/discussions/{room}")
    await badge_shows(home, 0)
    await _open_menu(tab, 2)
    await tab.get_by_role("menuitem", name="Mark as unread from here").click()
    await expect(tab.locator(".entry-said")).to_contain_text("Marked as unread")
    await badge_shows(home, 1)
    await expect(tab.locator("#new + #e2")).to_have_count(1)
    alice_tab = await alice.tab(f"/discussions/{room}")
    await write(alice_tab, "four")
    await expect(entry(tab, "four")).to_be_visible()
    await expect(home.locator(".row.unread .count [aria-hidden]")).to_have_text("3")
    await tab.reload()
    await expect(tab.locator("#new")).to_be_in_viewport()
    await badge_shows(home, 0)


async def test_the_line_before_what_is_new_is_kept_and_found(place: Place) -> None:
    """Reading does not take it away; where the page begins after it, it appears as one loads what is before."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await _long_discussion(place, bob, [alice.who])
    await mark_read(place.site, alice.who, room, 130)
    tab = await alice.tab(f"/discussions/{room}?after=140")
    await expect(tab.locator("#e141")).to_be_visible()
    await expect(tab.locator("#new")).to_have_count(0)
    await badge_shows(tab, 0)
    await tab.locator("message-log").evaluate("log => log.scrollTop = 0")
    await expect(tab.locator("#new + #e131")).to_have_count(1)
    room = await _long_discussion(place, bob, [alice.who])
    await mark_read(place.site, alice.who, room, 130)
    await tab.goto(f"{place.line.url}/discussions/{room}")
    await expect(tab.locator("#new + #e131")).to_be_in_viewport()
    await tab.locator(f"#e{LONG}").scroll_into_view_if_needed()
    await badge_shows(tab, 0)
    await expect(tab.locator("#new + #e131")).to_have_count(1)


async def _long_discussion(place: Place, author: Identity, others: list[Identity]) -> str:
    room = await factories.discussion(place.site, author, others, "number 1")
    await _say(place, author, room, (f"number {number}" for number in range(2, LONG + 1)))
    return room


async def _say(place: Place, who: Identity, room: str, bodies: Iterable[str]) -> None:
    log = reply_log(place.site)
    await asyncio.gather(*(log.post(NewReply(who.ref, room, new_id(), body)) for body in bodies))
    await log.close()


async def _open_menu(tab: Page, seq: int) -> None:
    await tab.locator(f"#e{seq}").hover()
    await tab.locator(f"#e{seq} .entry-more").click()
    await expect(tab.get_by_role("menu")).to_be_visible()


async def _top_of(tab: Page, seq: int) -> float:
    return float(await tab.locator(f"#e{seq}").evaluate("one => one.getBoundingClientRect().top"))


async def _is_at(tab: Page, seq: int, top: float) -> None:
    """To within what rounding may shift it."""

    async def is_there() -> bool:
        return abs(await _top_of(tab, seq) - top) < 3

    await wait_for(is_there, f"entry {seq} is where it was")


async def _is_still(tab: Page, shown: str, move: str, loaded: str) -> None:
    """What is on screen does not move while more is loaded above it."""
    await tab.locator("message-log").evaluate(move)
    await expect(tab.locator(loaded)).to_be_attached()
    await tab.locator(shown).evaluate("one => one.scrollIntoView({ block: 'center' })")
    await expect(tab.locator(shown)).to_be_in_viewport()


async def _scroll_up_to(tab: Page, seq: int) -> None:
    async def is_loaded() -> bool:
        await tab.locator("message-log").evaluate("log => log.scrollTop = 0")
        return bool(await tab.locator(f"#e{seq}").count())

    await wait_for(is_loaded, f"entry {seq} is loaded", 20)


async def _scroll_through(tab: Page) -> list[int]:
    """Down to the end, as far as it goes; the numbers of all entries then."""

    async def is_at_the_end() -> bool:
        await tab.locator("message-log").evaluate("log => log.scrollTop = log.scrollHeight")
        return not await tab.locator(".later").count()

    await wait_for(is_at_the_end, "all that is later is loaded", 20)
    seqs = await tab.locator("li.entry[data-seq]").evaluate_all(
        "all => all.map(one => Number(one.dataset.seq))"
    )
    return [int(seq) for seq in seqs]
