"""Taking away what is one's own, and having one's account erased, from the settings."""

import zipfile

import pytest
from playwright.async_api import expect

from tests import factories
from tests.journeys.discussing import entry
from tests.journeys.place import Place

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_taking_it_away_and_going(place: Place) -> None:
    """The file holds her discussion; then she goes, her other tab too, and the others' discussion is whole."""
    zoe, bob = await place.visitor("Zoe"), await place.visitor("Bob")
    await factories.give_password(place.site, zoe.who)
    room = await factories.discussion(place.site, zoe.who, [bob.who], "Keep this", subject="Kept")
    his, other = await bob.tab(f"/discussions/{room}"), await zoe.tab(f"/discussions/{room}")
    tab = await zoe.tab("/settings")
    await tab.get_by_role("link", name="Your data").click()
    async with tab.expect_download() as started:
        await tab.get_by_role("link", name="Download your data").click()
    names = zipfile.ZipFile(await (await started.value).path()).namelist()
    assert any(name.endswith("Kept/discussion.txt") for name in names)

    await tab.get_by_label("Your password").fill(factories.PASSWORD)
    await tab.get_by_label("I want my account to be erased for good").check()
    await tab.get_by_role("button", name="Erase my account").click()
    await expect(tab.get_by_role("heading", name="Your account is erased")).to_be_visible()
    await expect(entry(other, "Keep this")).to_have_count(0)
    await expect(his.locator("li.entry").last).to_contain_text("Former participant no longer participates")
    await expect(entry(his, "Keep this")).to_be_visible()
    await his.reload()
    await expect(his.locator("#e1 .author")).to_have_text("Former participant")
    await expect(his.locator(".participants-count")).to_have_text("1 participant")
