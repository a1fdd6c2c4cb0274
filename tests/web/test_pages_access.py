"""Every screen in a real browser: axe finds nothing, and nothing scrolls sideways, in both themes and languages."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Page, async_playwright

from app import own_settings
from app.drafts import DraftFields, create
from app.site import Identity, Site
from app.verdicts import NewReply
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode

CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
RICH = (
    """Dear all,

- one
- two مرحبا

| Group | Leaves |
|---|---|
| 6A | 8:45 |

```
a line of code that is a good deal longer than any screen is wide, so that it has to scroll inside its own block of code
```
"""
    + "word" * 80
)
SIDEWAYS = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.mark.parametrize(
    ("width", "theme", "language"), [(320, "light", "fr"), (768, "dark", "en"), (1440, "light", "en")]
)
async def test_every_screen(node: RunningNode, width: int, theme: str, language: str) -> None:
    """Sign in, home, boxes, writing, adding participants, discussion with its panel, questions, errors."""
    site = node.site
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], subject="Trip", body=RICH)
    await node.app.state.node.replies.post(NewReply(bob.ref, room, new_id(), "Yes", 1))
    await node.app.state.node.replies.post(NewReply(alice.ref, room, new_id(), "News"))
    own = await factories.discussion(site, bob, [alice], subject="Own")
    draft = await create(site, bob, DraftFields(subject="Later", body="x"))
    addresses = ["/", "/boxes/inbox", "/boxes/sent", "/boxes/drafts", f"/new?to=person:{alice.person_id}",
                 f"/drafts/{draft.id}/participants", f"/discussions/{room}?reply_to=1",
                 f"/discussions/{room}/stop", f"/discussions/{own}/participants/{alice.person_id}/remove",
                 "/nowhere", "/sign-in"]  # fmt: skip
    problems: list[str] = []
    async with _browser(node, site, bob, width, theme, language) as page:
        for address in addresses:
            await page.goto(node.url + address)
            problems += await _problems(page, address)
        await page.goto(node.url)
        await page.locator(".menu > summary").click()
        problems += await _problems(page, "menu")
        await page.goto(f"{node.url}/discussions/{room}")
        await page.locator(".participants-summary").click()
        problems += await _problems(page, "participants")
    assert problems == []


@asynccontextmanager
async def _browser(
    node: RunningNode, site: Site, who: Identity, width: int, theme: str, language: str
) -> AsyncIterator[Page]:
    await own_settings.change(site, who, language=language, theme=theme)
    cookies = await factories.signed_in(site, who)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        context = await browser.new_context(viewport={"width": width, "height": 800})
        await context.add_cookies(
            [{"name": name, "value": value, "url": node.url} for name, value in cookies.items()]
        )
        yield await context.new_page()
        await browser.close()


async def _problems(page: Page, address: str) -> list[str]:
    found = [
        f"{address}: {violation['id']}: {violation['nodes'][0]['html'][:200]}"
        for violation in (await Axe().run(page)).response["violations"]
    ]
    return found + ([f"{address}: scrolls sideways"] if await page.evaluate(SIDEWAYS) else [])
