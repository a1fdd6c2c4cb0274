"""A message being written is saved by itself, and nothing typed is ever lost."""

import re
from datetime import timedelta
from typing import Literal

import pytest
from playwright.async_api import expect

from app import drafts
from app.drafts import DraftFields
from store.columns import utc_now
from tests.journeys.discussing import choose, entry, is_live
from tests.journeys.drafting import SAVED, bodies, drafts_of, end_session, notice, refused_send
from tests.journeys.place import Place
from tests.journeys.test_access import violations
from tests.untouched import leave_untouched
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_new_message_saves_itself(place: Place) -> None:
    """With its first save it is a draft at an address of its own; recipients and options are part of it."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    tab = await alice.tab("/new")
    await tab.locator("#subject").press_sequentially("By itself")
    await choose(tab, "to", f"bob {place.surname}", bob.name)
    await tab.get_by_label("No replies").check()
    await expect(tab).to_have_url(re.compile(r"/drafts/\w{32}$"))
    await expect(tab.locator(".saved")).to_have_text(SAVED)

    async def is_all_kept() -> bool:
        kept = [
            (one.subject, [ref.name for ref in one.to], one.reply_policy)
            for one in await drafts_of(place, alice)
        ]
        return kept == [("By itself", [bob.name], "nobody")]

    await wait_for(is_all_kept, "the draft has all of it")
    await tab.locator("#body").fill("The text.")
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "The text.")).to_be_visible()
    assert await drafts_of(place, alice) == []


async def test_leaving_saves_the_last_words(place: Place) -> None:
    """Another page before the two seconds are over: the draft has it all, and the next new message is empty."""
    alice = await place.visitor("Alice")
    tab = await alice.tab("/new")
    await tab.locator("#body").fill("Just before leaving")
    await tab.locator(".brand").click()
    await expect(tab.locator("h1")).to_have_text("Personal messaging")
    await wait_for(lambda: bodies(place, alice, ["Just before leaving"]), "the draft is kept")
    await tab.locator(".banner .new").click()
    await expect(tab.locator("#body")).to_have_value("")
    await is_live(tab)
    await tab.locator("#body").fill("Another one")
    await tab.go_back()
    await tab.go_forward()
    await expect(tab.locator("#body")).to_have_value("Another one")
    await wait_for(lambda: bodies(place, alice, ["Another one", "Just before leaving"]), "both are kept")


async def test_one_draft_in_two_tabs(place: Place) -> None:
    """The older save is refused, both texts are seen, and the writer chooses; either way nothing else is touched."""
    alice = await place.visitor("Alice")
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Both", body="start"))
    first, second = await alice.tab(f"/drafts/{draft.id}"), await alice.tab(f"/drafts/{draft.id}")
    await first.locator("#body").fill("from the first")
    await expect(first.locator(".saved")).to_have_text(SAVED)
    await expect(notice(second, "elsewhere")).to_be_visible()
    await second.locator("#body").fill("from the second")
    await expect(second.locator(".conflict .body")).to_have_text("from the first")
    await expect(second.locator("#body")).to_have_value("from the second")
    assert await bodies(place, alice, ["from the first"])
    await second.get_by_role("button", name="Keep what is written here").click()
    await expect(second.locator(".conflict")).to_have_count(0)
    assert await bodies(place, alice, ["from the second"])
    await first.locator("#body").fill("the first again")
    await expect(first.locator(".conflict .body")).to_have_text("from the second")
    await first.get_by_role("link", name="Take the other one").click()
    await expect(first.locator("#body")).to_have_value("from the second")
    await expect(first.locator(".conflict")).to_have_count(0)
    assert await bodies(place, alice, ["from the second"])


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
    said = notice(tab, "sent" if sent else "gone")
    await said.get_by_role("button", name="Keep it as a").click()
    await expect(said).to_be_hidden()
    assert await bodies(place, alice, ["more"])


async def test_a_refused_send_keeps_everything(place: Place) -> None:
    """Who may not be written to is named, and the message is a draft as it was."""
    alice, carol = await place.visitor("Alice"), await place.person("Carol")
    tab = await alice.tab(f"/new?to=person:{carol.person_id}")
    await refused_send(tab, place, carol, "Hello")
    await expect(tab.locator("#body")).to_have_value("Hello")
    await tab.reload()
    await expect(tab.locator("#body")).to_have_value("Hello")
    await wait_for(lambda: bodies(place, alice, ["Hello"]), "it is one draft")


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


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_what_is_said_while_one_writes_is_accessible(
    place: Place, theme: Literal["light", "dark"]
) -> None:
    """The nudge, the preview, two versions, the end of a session and signing in again: axe finds nothing."""
    alice = await place.visitor("Alice")
    forgotten = await drafts.create(place.site, alice.who, DraftFields(subject="Forgotten"))
    await leave_untouched(place.site, forgotten.id, since=utc_now() - timedelta(hours=2))
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Both", body="# start"))
    tab = await alice.tab("/boxes/inbox")
    await tab.emulate_media(color_scheme=theme, reduced_motion="reduce")
    await expect(tab.locator("nudge-line")).to_be_visible()
    found = await violations(tab)
    await tab.goto(f"{place.line.url}/drafts/{draft.id}")
    await tab.get_by_role("button", name="Preview").click()
    await expect(tab.locator(".preview .rich")).to_be_visible()
    found += await violations(tab)
    await tab.get_by_role("button", name="Write", exact=True).click()
    await drafts.change(place.site, alice.who, draft.id, DraftFields(body="other"), version=1)
    await tab.locator("#body").fill("mine")
    await expect(tab.locator(".conflict")).to_be_visible()
    found += await violations(tab)
    await tab.get_by_role("button", name="Keep what is written here").click()
    await expect(tab.locator(".conflict")).to_have_count(0)
    await end_session(place, alice)
    await tab.locator("#body").fill("mine, longer")
    await expect(notice(tab, "ended")).to_be_visible()
    found += await violations(tab)
    await notice(tab, "ended").get_by_role("button", name="Sign in").click()
    found += await violations(tab)
    assert found == [], "\n".join(found)
