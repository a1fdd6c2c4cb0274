"""The box of one's messages in progress while one works in another tab: rows come, change and go in place."""

import pytest
from playwright.async_api import Page, expect

from app.drafts import DraftFields, create
from tests.journeys.conftest import PlaceFactory
from tests.journeys.mailbox import row
from tests.journeys.place import Visitor

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_the_drafts_box_follows_another_tab(place_factory: PlaceFactory) -> None:
    """Begun, changed, held, taken back, sent, discarded: each is seen where it stands, and the count is right."""
    place = await place_factory(PARLEY_UNDO_SECONDS="60")
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    older = await create(place.site, alice.who, DraftFields(subject="Older"))
    tab = await alice.tab("/boxes/drafts")
    await _shows(tab, ["Older"])
    first = await _begin(alice, {"subject": "First", "body": "x", "to": [{"person": bob.person_id}]})
    await _shows(tab, ["First", "Older"])
    await alice.ask("PATCH", f"messages/{older.id}", {"subject": "Changed"}, **{"If-Match": '"1"'})
    await _shows(tab, ["Changed", "First"])
    await row(tab, first).hover()
    await alice.ask("POST", f"messages/{first}/send", {"hold": 60})
    await expect(row(tab, first)).to_have_attribute("data-leaving", "")
    await tab.mouse.move(1, 1)
    await _shows(tab, ["Changed"])
    await alice.ask("DELETE", f"messages/{first}/send")
    await _shows(tab, ["Changed", "First"])
    await alice.ask("POST", f"messages/{first}/send")
    await _shows(tab, ["Changed"])
    await alice.ask("DELETE", f"messages/{older.id}")
    await _shows(tab, [])
    await expect(tab.locator(".empty")).to_be_visible()


async def _shows(tab: Page, subjects: list[str]) -> None:
    await expect(tab.locator(".row .row-subject")).to_have_text(subjects)
    count = tab.locator("boxes-nav [data-place=drafts] .count")
    if subjects:
        await expect(count).to_have_text(str(len(subjects)))
    else:
        await expect(count).to_have_count(0)


async def _begin(writer: Visitor, message: dict[str, object]) -> str:
    return str((await writer.ask("POST", "messages", message))["id"])
