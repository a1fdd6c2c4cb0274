"""The banner says when messages between servers come late, and when they no longer do."""

import asyncio
import os
from pathlib import Path

import pytest
from playwright.async_api import Locator, Page, ViewportSize, expect

from tests import factories
from tests.journeys.discussing import entry, write
from tests.journeys.place import Place
from tests.journeys.test_access import violations
from tests.servers import RedisServer

pytestmark = pytest.mark.asyncio(loop_scope="session")

NOTICED_MS = 12_000
LATE = {
    "en": "Some messages may arrive up to half a minute late. Nothing is lost.",
    "fr": "Certains messages peuvent arriver avec une demi-minute de retard. Rien n’est perdu.",
}
WELL = {
    "en": "All is well again: messages arrive at once.",
    "fr": "Tout est rentré dans l’ordre\u00a0: les messages arrivent aussitôt.",
}
WIDTHS = (320, 768, 1440)


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_the_banner_says_degraded_and_over(
    place_on_redis: Place, redis_apart: RedisServer, language: str
) -> None:
    """Redis killed: every tab says so, a new one too, and replies go on; started again: good news, then silence."""
    place = place_on_redis
    alice = await place.visitor("Alice", language=language)
    room = await factories.discussion(place.site, alice.who, [await place.person("Bob")], "Hello.")
    tab, other = await alice.tab(f"/discussions/{room}"), await alice.tab("/")
    redis_apart.kill()
    for page in (tab, other):
        await expect(banner(page)).to_have_text(LATE[language], timeout=NOTICED_MS)
    await write(tab, "It goes on")
    await expect(entry(tab, "It goes on")).to_be_visible()
    await expect(banner(tab)).to_have_text(LATE[language])
    late = await alice.tab(f"/discussions/{room}")
    await expect(banner(late)).to_have_text(LATE[language])
    await look(late, f"degraded-{language}")
    redis_apart.start()
    # It stands for some seconds only, in all of them at once.
    await asyncio.gather(
        *(
            expect(banner(page)).to_have_text(WELL[language], timeout=NOTICED_MS)
            for page in (tab, other, late)
        )
    )
    await expect(late.locator("connection-state")).to_be_hidden(timeout=NOTICED_MS)
    await late.reload()
    await expect(late.locator("connection-state")).to_have_attribute("data-now", "live")
    await expect(late.locator("connection-state")).to_be_hidden()


def banner(page: Page) -> Locator:
    """What is said of the connection at the moment."""
    return page.locator("connection-state[role=status] [data-state]:visible")


async def look(page: Page, name: str) -> None:
    """Nothing is wrong with the banner at any width, in either theme; kept as pictures where a folder is named."""
    for width in WIDTHS:
        await page.set_viewport_size(ViewportSize(width=width, height=640))
        assert await page.evaluate("document.documentElement.scrollWidth") <= width
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            if folder := os.environ.get("SCREENSHOTS"):
                await page.screenshot(path=Path(folder) / f"{name}-{width}-{scheme}.png")
            assert await violations(page) == []
