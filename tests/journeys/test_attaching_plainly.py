"""Files without scripts: an ordinary field of the form, for a message and for a reply."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests import factories
from tests.journeys.discussing import entry
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_files_go_with_a_plain_form(place: Place, tmp_path: Path) -> None:
    """With a message, attached first or on sending; with a reply, also without a word; each reader has them."""
    alice = await place.visitor("Alice", java_script_enabled=False)
    bob = await place.visitor("Bob", java_script_enabled=False)
    paths = [tmp_path / name for name in ("map.png", "notes.txt", "more.txt")]
    paths[0].write_bytes(factories.picture(900, 600))
    for path in paths[1:]:
        path.write_text(path.name)
    tab = await alice.tab(f"/new?to=person:{bob.who.person_id}")
    await tab.locator("#body").fill("With files")
    await tab.locator("input[type=file]").set_input_files(paths[:2])
    await tab.get_by_role("button", name="Attach", exact=True).click()
    await expect(tab.locator(".files .file-name")).to_have_text(["map.png", "notes.txt"])
    await expect(tab.locator("#body")).to_have_value("With files")
    await tab.get_by_role("button", name="Remove notes.txt").click()
    await expect(tab.locator(".files .file-name")).to_have_text(["map.png"])
    await tab.locator("input[type=file]").set_input_files(paths[2])
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.locator("#e1 .file-name")).to_have_text(["map.png", "more.txt"])

    reader = await bob.tab(tab.url.removeprefix(place.line.url))
    await expect(reader.locator("#e1 .file-name")).to_have_text(["map.png", "more.txt"])
    await reader.locator("input[type=file]").set_input_files(paths[1])
    await reader.locator(".send").click()
    await expect(reader.locator("#e2 .file-name")).to_have_text(["notes.txt"])
    await expect(reader.locator("#e2 .body")).to_be_hidden()
    await reader.locator("#reply-body").fill("A look *first*")
    await reader.get_by_role("button", name="Preview").click()
    await expect(reader.locator("reply-composer .preview em")).to_have_text("first")
    await reader.locator(".send").click()
    await expect(entry(reader, "A look first")).to_be_visible()
