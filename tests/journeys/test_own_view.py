"""What one does with a discussion for oneself: naming and being named, mute, delete, print, download, home."""

import json
import re
from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app.drafts import DraftFields, create
from tests import factories
from tests.app.circles import reply
from tests.journeys.discussing import badge_shows, entry, is_live, write
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_mention_reaches_whoever_has_muted_it(place: Place) -> None:
    """@ offers the participants; who is chosen hears of it although she has muted the discussion, and sees it."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    carol = await place.person("Carol")
    room = await factories.discussion(place.site, alice.who, [bob.who, carol])
    tab, home = await bob.tab(f"/discussions/{room}"), await bob.tab()
    await tab.locator("own-view summary").first.click()
    await tab.get_by_role("button", name="Mute").click()
    await expect(tab.locator(".muted-sign")).to_be_visible()
    await tab.goto(place.line.url + "/boxes/inbox")
    alice_tab = await alice.tab(f"/discussions/{room}")
    await write(alice_tab, "To nobody")
    await expect(entry(alice_tab, "To nobody")).to_be_visible()
    await badge_shows(home, 0)
    await _name(alice_tab, "Look, ", "b", bob.name)
    await expect(alice_tab.locator("#reply-body")).to_have_value(f"Look, @{bob.name} ")
    await alice_tab.locator("#reply-body").press("Enter")
    await expect(alice_tab.locator("#e3[data-mentions]")).to_contain_text(f"@{bob.name}")
    await badge_shows(home, 1)
    await tab.goto(f"{place.line.url}/discussions/{room}")
    await expect(tab.locator("#e3.mentions-me .calls-me")).to_have_text("You are mentioned")
    await tab.wait_for_function("CSS.highlights.get('mention')?.size === 1")
    await badge_shows(home, 0)


async def test_names_are_chosen_by_keyboard(place: Place) -> None:
    """Arrows and Enter choose, Escape closes, and Enter sends again after it; an address of e-mail offers nobody."""
    alice = await place.visitor("Alice")
    others = [await place.person(name) for name in ("Bert", "Bea", "Zoë")]
    room = await factories.discussion(place.site, alice.who, others)
    tab = await alice.tab(f"/discussions/{room}")
    text = tab.locator("#reply-body")
    await text.press_sequentially("@be")
    await expect(tab.locator(".mention-options [role=option]")).to_have_count(2)
    await expect(tab.locator(".mention-status")).to_have_text("2 people")
    await text.press("ArrowDown")
    await text.press("Enter")
    await expect(text).to_have_value(f"@{others[0].name} ")
    await expect(tab.locator(".mention-options")).to_be_hidden()
    await text.press_sequentially("me@b")
    await expect(tab.locator(".mention-options")).to_be_hidden()
    await text.press_sequentially(" @zoe")
    await expect(tab.locator(".mention-options [role=option]")).to_have_count(1)
    await text.press("Escape")
    await expect(tab.locator(".mention-options")).to_be_hidden()
    await text.press("Enter")
    await expect(entry(tab, "me@b @zoe")).to_be_visible()


async def test_a_reply_in_progress_is_kept_for_its_discussion(place: Place) -> None:
    """In each its own; a tab that was closed leaves its text to the next one; what is sent is gone."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    rooms = [await factories.discussion(place.site, bob, [alice.who], subject=f"Room {n}") for n in (1, 2)]
    tab = await alice.tab(f"/discussions/{rooms[0]}")
    await tab.locator("#reply-body").fill("for the first")
    await tab.goto(f"{place.line.url}/discussions/{rooms[1]}")
    await is_live(tab)
    await expect(tab.locator("#reply-body")).to_have_value("")
    await tab.locator("#reply-body").fill("for the second")
    async with tab.expect_event("close"):
        await tab.close(run_before_unload=True)
    tab = await alice.tab(f"/discussions/{rooms[1]}")
    await expect(tab.locator("#reply-body")).to_have_value("for the second")
    await write(tab, "sent instead")
    await expect(entry(tab, "sent instead")).to_be_visible()
    await tab.goto(f"{place.line.url}/discussions/{rooms[0]}")
    await expect(tab.locator("#reply-body")).to_have_value("for the first")
    await tab.goto(f"{place.line.url}/discussions/{rooms[1]}")
    await is_live(tab)
    await expect(tab.locator("#reply-body")).to_have_value("")


async def test_a_discussion_is_muted_and_deleted_in_all_tabs(place: Place) -> None:
    """Its menu shows in another tab what was done in one; deleting it leads to the box, with the way back."""
    alice, bob = await place.person("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice, [bob.who])
    first, second = await bob.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await first.locator("own-view summary").first.click()
    await first.get_by_role("button", name="Mute").click()
    for tab in (first, second):
        await expect(tab.locator(".muted-sign")).to_be_visible()
    await second.locator("own-view summary").first.click()
    await second.locator("own-view").get_by_role("button", name="Delete").click()
    await expect(second.locator(".undo-notice")).to_contain_text("1 discussion is in the trash")
    await second.locator(".undo-notice .undo").click()
    await expect(second.locator(f"#row-{room}")).to_be_visible()


async def test_a_discussion_is_printed_and_downloaded(place: Place, tmp_path: Path) -> None:
    """All of it is on paper, and nothing else; both files hold it."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    room = await factories.discussion(place.site, bob, [alice.who], subject="Minutes: May/June")
    for number in range(2, 61):
        await reply(place.site, bob, room, f"number {number}")
    tab = await alice.tab(f"/discussions/{room}")
    for name, ending in (("Download as text", ".txt"), ("Download as JSON", ".json")):
        await _open(tab)
        async with tab.expect_download() as download:
            await tab.get_by_role("link", name=name).click()
        file = await download.value
        assert re.fullmatch(r"[^/\\]*" + re.escape(ending), file.suggested_filename)
        path = tmp_path / file.suggested_filename
        await file.save_as(path)
        text = path.read_text(encoding="utf-8")
        assert "number 60" in text
        if ending == ".json":
            assert len(json.loads(text)["entries"]) == 60
        await tab.reload()
    await tab.add_init_script("globalThis.printed = 0; globalThis.print = () => globalThis.printed++")
    await _open(tab)
    await tab.get_by_role("link", name="Print").click()
    await expect(tab.locator("#e60")).to_be_visible()
    await tab.wait_for_function("globalThis.printed === 1")
    await expect(tab.locator("li.entry")).to_have_count(60)
    await tab.emulate_media(media="print")
    await expect(tab.locator("#e1 .body")).to_be_visible()
    for hidden in (".banner", ".print-again", "#e1 .entry-tools"):
        await expect(tab.locator(hidden).first).to_be_hidden()


async def test_home_shows_each_thing_once(place: Place) -> None:
    """New, going on, waiting, with whom one writes most and who else is there; empty blocks are absent."""
    alice, bob, dave = await place.visitor("Alice"), await place.visitor("Bob"), await place.visitor("Dave")
    tab = await alice.tab()
    await expect(tab.locator(".block.empty")).to_be_visible()
    new = await factories.discussion(place.site, bob.who, [alice.who], subject="New to her")
    own = await factories.discussion(place.site, alice.who, [bob.who], subject="Her own")
    await create(place.site, alice.who, DraftFields(subject="Not sent", body="yet"))
    bob_tab, dave_tab = await bob.tab(), await dave.tab()
    await tab.reload()
    shown = await tab.locator(".block h2").all_inner_texts()
    assert shown[:4] == [
        "New messages",
        "Discussions in progress",
        "Your messages in progress",
        "Your main correspondents",
    ]
    for room in (new, own):
        await expect(tab.locator(f"#row-{room}")).to_have_count(1)
    await expect(tab.locator(".correspondents li")).to_have_count(1)
    await expect(tab.locator(".correspondents [data-here]")).to_have_count(1)
    await expect(tab.locator(".online li", has_text=dave.name)).to_have_count(1)
    await expect(tab.locator(".online li", has_text=bob.name)).to_have_count(0)
    await dave_tab.close()
    await bob_tab.close()
    await tab.locator(f"#row-{new} a").first.click()
    await expect(entry(tab, "Hello.")).to_be_visible()
    await badge_shows(tab, 0)
    await tab.goto(place.line.url)
    await expect(tab.locator("#home-new")).to_have_count(0)
    await expect(tab.locator(f"[aria-labelledby=home-progress] #row-{new}")).to_have_count(1)


async def _open(tab: Page) -> None:
    await tab.locator("own-view summary").first.click()


async def _name(tab: Page, before: str, letters: str, name: str) -> None:
    await tab.locator("#reply-body").press_sequentially(f"{before}@{letters}")
    await tab.locator(".mention-options [role=option]", has_text=name).click()
