"""Files in a real browser: chosen, dropped, pasted, refused, taken off, sent, seen and kept."""

import asyncio
import base64
import re
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, Route, expect

from app.drafts import DraftFields, create, get
from tests import factories
from tests.journeys.conftest import PlaceFactory
from tests.journeys.place import Place, Visitor
from tests.journeys.test_access import violations
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")

SAVED = re.compile(r"Saved at \d\d:\d\d")
GIVE = """(place, {how, name, content}) => {
  const files = new DataTransfer();
  files.items.add(new File([Uint8Array.from(atob(content), (c) => c.charCodeAt(0))], name));
  const options = {bubbles: true, cancelable: true};
  if (how === "paste") place.dispatchEvent(new ClipboardEvent("paste", {...options, clipboardData: files}));
  else for (const type of ["dragenter", "dragover", "drop"])
    place.dispatchEvent(new DragEvent(type, {...options, dataTransfer: files}));
}"""


async def test_three_files_and_one_refused(place_factory: PlaceFactory, tmp_path: Path) -> None:
    """What is too large is named with the reason; the others go with the message, and its reader has them."""
    place = await place_factory(PARLEY_ATTACHMENT_MIB="1", PARLEY_ATTACHMENTS="3")
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    picture, notes, large = tmp_path / "map.png", tmp_path / "notes.txt", tmp_path / "large.bin"
    picture.write_bytes(factories.picture(900, 600))
    notes.write_text("Notes.")
    large.write_bytes(b"x" * (1024 * 1024 + 1))
    tab = await alice.tab(f"/new?to=person:{bob.who.person_id}")
    await tab.locator("#body").fill("With files")
    await choose_files(tab, picture, notes, large)
    await expect(tab.locator(".files-problem")).to_have_text(
        "large.bin is larger than a file may be here (1 MB)."
    )
    await expect(tab.locator("attach-files [name=attachments]")).to_have_count(2)
    await expect(names(tab)).to_have_text(["map.png", "notes.txt"])
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    await tab.reload()
    await expect(names(tab)).to_have_text(["map.png", "notes.txt"])
    assert await violations(tab) == []
    await tab.get_by_role("button", name="Send", exact=True).click()
    sent = line(tab, "With files")
    await expect(sent.locator(".file-name")).to_have_text(["map.png", "notes.txt"])
    reader = await bob.tab("/boxes/inbox")
    await reader.locator(".row-link").click()
    image = line(reader, "With files").locator("img")
    await expect(image).to_have_js_property("complete", True)
    await expect(image).to_have_js_property("naturalWidth", 900)
    async with reader.expect_download() as download:
        await line(reader, "With files").get_by_role("link", name="notes.txt").click()
    assert (await download.value).suggested_filename == "notes.txt"
    kept = await (await download.value).path()
    assert await asyncio.to_thread(kept.read_text) == "Notes."
    assert await violations(reader) == []


async def test_dropped_and_pasted_into_a_reply(place: Place) -> None:
    """One is taken off again; the others are there for everybody at once, even without a word."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who], "Hello")
    tab, reader = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await give(tab.locator("message-log"), "drop", "dropped.png", factories.picture(colour="red"))
    await give(tab.locator("#reply-body"), "paste", "pasted.png", factories.picture(colour="blue"))
    await give(tab.locator("#reply-body"), "paste", "wrong.txt", b"wrong")
    await expect(tab.locator("attach-files [name=attachments]")).to_have_count(3)
    await tab.get_by_role("button", name="Remove wrong.txt").click()
    await expect(names(tab)).to_have_text(["dropped.png", "pasted.png"])
    await tab.reload()
    await expect(names(tab)).to_have_text(["dropped.png", "pasted.png"])
    await tab.locator("#reply-body").focus()
    await tab.keyboard.press("Enter")
    for page in (tab, reader):
        shown = line(page, "dropped.png, pasted.png")
        await expect(shown.locator(".file-name")).to_have_text(["dropped.png", "pasted.png"])
        await expect(shown.locator("img")).to_have_count(2)
        await expect(shown.locator("img").first).to_have_js_property("naturalWidth", 60)
    await expect(names(tab)).to_have_count(0)
    assert await violations(reader) == []


async def test_sent_while_it_is_uploaded(place: Place) -> None:
    """The message waits for its file, and goes with it; what cannot be uploaded is offered again."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    draft = await create(place.site, alice.who, DraftFields(subject="Slow", body="With its file"))
    tab = await alice.tab(f"/drafts/{draft.id}?to=person:{bob.person_id}")
    held: list[Route] = []
    await tab.route("**/api/attachments", lambda route: held.append(route))  # noqa: PLW0108 - it takes none that is built in
    await give(tab.locator("#body"), "drop", "slow.txt", b"slow")
    await expect(tab.locator("attach-files progress")).to_be_visible()
    await tab.get_by_role("button", name="Save draft").click()
    await wait_for(lambda: len(held) == 1, "the upload has begun")
    await held[0].fulfill(status=500)
    await expect(tab.locator(".file-waits")).to_be_visible()
    await expect(tab.locator(".files-problem")).to_contain_text("slow.txt could not be uploaded.")
    await tab.unroute("**/api/attachments")
    await tab.get_by_role("button", name="Try again").click()
    await expect(tab.locator("attach-files [name=attachments]")).to_have_count(1)
    await expect(tab.locator(".saved")).to_have_text(SAVED)
    await wait_for(lambda: _carries(place, alice, draft.id), "the draft carries it")


async def choose_files(tab: Page, *paths: Path) -> None:
    """As with the dialog for choosing files."""
    await tab.locator("attach-files input[type=file]").set_input_files(paths)


async def give(place: Locator, how: str, name: str, content: bytes) -> None:
    """Drop or paste a file there."""
    await place.evaluate(GIVE, {"how": how, "name": name, "content": base64.b64encode(content).decode()})


def line(page: Page, text: str) -> Locator:
    """The entry with this text."""
    return page.locator("li.entry[data-seq]", has=page.locator(".body", has_text=text))


def names(tab: Page) -> Locator:
    """What is to go with what is being written."""
    return tab.locator("attach-files .files .file-name")


async def _carries(place: Place, visitor: Visitor, draft_id: str) -> bool:
    return [file.name for file in (await get(place.site, visitor.who, draft_id)).attachments] == ["slow.txt"]
