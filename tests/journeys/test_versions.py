"""Several versions of one draft: told before one types on, compared as a whole, and never made up."""

import re

import pytest
from playwright.async_api import expect

from app import drafts
from app.drafts import DraftFields
from tests import factories
from tests.journeys.discussing import choose, entry
from tests.journeys.drafting import SAVED, bodies, notice, refused_send
from tests.journeys.place import Place
from tests.waiting import wait_for

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_after_a_refused_send_there_is_one_version(place: Place) -> None:
    """Taken off, loaded again and sent to somebody else: what she sees is what she wrote last, and it goes."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    carol = await place.person("Carol")
    tab = await alice.tab(f"/new?to=person:{carol.person_id}")
    await refused_send(tab, place, carol, "Hello")
    await tab.locator("recipient-field[data-name=to] .chip .remove").click()
    await tab.locator("#body").fill("Hello again")
    await wait_for(lambda: bodies(place, alice, ["Hello again"]), "it is saved by itself")
    await tab.reload()
    await expect(tab).to_have_url(re.compile(r"/drafts/\w{32}$"))
    await expect(tab.locator("#body")).to_have_value("Hello again")
    await expect(tab.locator("#problems, .conflict")).to_have_count(0)
    await expect(tab.locator("recipient-field[data-name=to] .chip")).to_have_count(0)
    await choose(tab, "to", f"bob {place.surname}", bob.name)
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(entry(tab, "Hello again")).to_be_visible()


async def test_what_another_device_has_saved_is_told(place: Place) -> None:
    """On coming back to the page, before a key is pressed; one look leads to the newer version."""
    alice = await place.visitor("Alice")
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Both", body="from here"))
    tab = await alice.tab(f"/drafts/{draft.id}")
    await drafts.change(place.site, alice.who, draft.id, DraftFields(body="from the phone"), version=1)
    await expect(notice(tab, "elsewhere")).to_be_hidden()

    async def is_told() -> bool:
        await tab.evaluate("dispatchEvent(new Event('focus'))")
        return await notice(tab, "elsewhere").is_visible()

    await wait_for(is_told, "the newer version is told of")
    await notice(tab, "elsewhere").get_by_role("link", name="Show it").click()
    await expect(tab.locator("#body")).to_have_value("from the phone")
    await expect(notice(tab, "elsewhere")).to_be_hidden()


async def test_two_versions_are_compared_as_a_whole(place: Place) -> None:
    """Recipients, subject, text, files and options of the other one are seen before one chooses."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    draft = await drafts.create(place.site, alice.who, DraftFields(subject="Both", body="start"))
    tab = await alice.tab(f"/drafts/{draft.id}")
    file = await factories.attachment(place.site, alice.who, "plan.txt")
    other = DraftFields(
        subject="Other",
        to=[drafts.Address("person", bob.person_id)],
        attachments=[file.id],
        reply_policy="nobody",
        separately=True,
    )
    await drafts.change(place.site, alice.who, draft.id, other, version=1)
    await tab.locator("#body").fill("mine")
    panel = tab.locator(".conflict")
    for said in (bob.name, "Other", "start", "plan.txt", "No replies", "Send separately"):
        await expect(panel).to_contain_text(said)
    await panel.get_by_role("link", name="Take the other one").click()
    await expect(tab.locator("attach-files .file-name")).to_have_text(["plan.txt"])
    await expect(tab.get_by_label("No replies")).to_be_checked()
    await tab.locator("#body").fill("both")
    await expect(tab.locator(".saved")).to_have_text(SAVED)
