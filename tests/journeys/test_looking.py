"""Filters over a box that is longer than one look: the page goes on by itself until it has found something."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, expect

from app.settings import Settings
from tests import factories
from tests.journeys.place import PATIENCE_MS
from tests.nodes import RunningNode

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_page_looks_further_back_by_itself(
    browser: Browser, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row after row comes in from further back; where there is nothing at all, that is said only at the end."""
    monkeypatch.setattr("store.boxes.LOOKED_AT_ONCE", 2)
    monkeypatch.setattr("store.boxes.MOST_LOOKED_AT", 2)
    monkeypatch.setattr("app.looking.LOOK_SECONDS", 0)
    settings = {"database_url": sqlite_url, "secret": "a secret", "data": tmp_path / "files"}
    node = RunningNode(Settings.model_validate(settings))
    await node.start()
    context = await browser.new_context()
    context.set_default_timeout(PATIENCE_MS)
    try:
        alice, bob, carol = await factories.people(node.site, "alice", "bob", "carol")
        for author in (alice, carol, carol, carol, alice, carol, carol, carol, carol):
            await factories.discussion(node.site, author, [bob])
        cookies = await factories.signed_in(node.site, bob)
        await context.add_cookies(
            [{"name": name, "value": value, "url": node.url} for name, value in cookies.items()]
        )
        tab = await context.new_page()
        await tab.goto(f"{node.url}/boxes/inbox?from={alice.person_id}")
        await expect(tab.locator(".row")).to_have_count(2)
        await expect(tab.locator(".older, .looking")).to_have_count(0)
        await expect(tab.locator(".empty")).to_be_hidden()
        await tab.goto(f"{node.url}/boxes/inbox?attachment=yes")
        await expect(tab.locator(".empty")).to_contain_text("Nothing in this box matches")
        await expect(tab.locator(".older, .looking")).to_have_count(0)
    finally:
        await context.close()
        await node.stop()
