"""The server is killed while somebody writes: her page says "sent" only of what is stored, and keeps the rest."""

import asyncio
from random import Random

import pytest
from playwright.async_api import Page, expect

from tests import factories
from tests.faults.stored import read_logs
from tests.journeys.discussing import bodies, entry, pending, write
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")

BACK_WITHIN_MS = 15_000
"""Milliseconds after which every page is live again (the design's bound)."""
SHOWN_AS_SENT = """() => [...document.querySelectorAll("li.entry")]
    .filter(line => line.dataset.seq || line.dataset.state === "sent"
        || [...line.querySelectorAll("[data-state=sent]")].some(mark => mark.checkVisibility()))
    .map(line => line.querySelector(".body").innerText.trim())"""


async def test_only_what_is_stored_is_shown_as_sent(
    place_apart: Place, request: pytest.FixtureRequest
) -> None:
    """Killed in the middle of a burst of replies: every reply is stored once, and in order."""
    dice = Random(1)  # noqa: S311 - chance that can be repeated
    alice, bob = await place_apart.visitor("Alice"), await place_apart.visitor("Bob")
    room = await factories.discussion(place_apart.site, alice.who, [bob.who])
    hers, his = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    said = ["Hello."]
    for kill in range(4 if request.config.getoption("rounds") else 1):
        killing = asyncio.create_task(_kill(place_apart, dice.uniform(0, 0.4)))
        for number in range(5):
            said.append(f"reply {kill}.{number}")
            await write(hers, said[-1])
        await killing
        await write(hers, f"said to nobody {kill}")
        said.append(f"said to nobody {kill}")
        await expect(pending(hers).filter(has_text=said[-1])).to_be_visible()
        await _is_stored(place_apart, room, hers)
        await place_apart.process.start()
        for tab in (hers, his):
            await tab.evaluate("dispatchEvent(new Event('online'))")
        await expect(pending(hers)).to_have_count(0, timeout=BACK_WITHIN_MS)
        await expect(entry(his, said[-1])).to_be_visible(timeout=BACK_WITHIN_MS)
        assert await bodies(hers) == said
    assert await bodies(his) == said


async def _kill(place: Place, after: float) -> None:
    await asyncio.sleep(after)
    place.process.kill()


async def _is_stored(place: Place, room: str, page: Page) -> None:
    shown: list[str] = await page.evaluate(SHOWN_AS_SENT)
    url = place.site.database.url.render_as_string(hide_password=False)
    stored = [line.body for line in (await read_logs(url, [room]))[room]]
    assert shown == stored[: len(shown)], (shown, stored)
