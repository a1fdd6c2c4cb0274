"""Whom one finds in the directory, and how everybody's pages follow what people set for themselves."""

import re

import pytest
from playwright.async_api import Locator, Page, expect

from app.own_settings import change
from tests import factories
from tests.journeys.discussing import write
from tests.journeys.place import Place
from tests.meeting import seen

pytestmark = pytest.mark.asyncio(loop_scope="session")


def _row(tab: Page, name: str) -> Locator:
    return tab.locator(".people li", has_text=name)


async def test_a_pupil_finds_whom_she_may_write_to(place_apart: Place) -> None:
    """Her teachers with the messaging logo, which leads to a message to them; others without, and why."""
    place = place_apart
    lea = await place.visitor("Léa")
    teacher, parent = await place.person("Mélanie"), await place.person("Mehdi")
    await seen(place.site, teacher, parent)
    pupils = await place.group("Pupils 6A", [lea.who])
    await factories.rule(place.site, pupils, await place.group("Teachers 6A", [teacher]), "members")
    await place.group("Parents 6A", [parent])
    tab = await lea.tab("/people")
    await tab.get_by_role("searchbox", name="Name").press_sequentially("me")
    await expect(tab.locator(".people li")).to_have_count(2)
    await expect(tab).to_have_url(re.compile(r"/people\?q=me$"))
    closed = _row(tab, parent.name)
    await expect(closed).to_contain_text("The rules of this site do not let you write to this person.")
    await expect(closed.locator(".write")).to_have_count(0)
    await _row(tab, teacher.name).get_by_role("link", name=f"Write to {teacher.name}").click()
    await expect(tab.locator("recipient-field[data-name=to] .chip-name")).to_have_text(teacher.name)
    await tab.locator("#to-search").press_sequentially(f"m {place.surname}")
    await expect(tab.locator("recipient-field[data-name=to] .status")).to_contain_text("Nobody found")


async def test_a_teacher_writes_to_a_group(place: Place) -> None:
    """Found in the directory by its first letters; everybody in it gets the message."""
    teacher, ann, ben = await place.visitor("Teacher"), await place.visitor("Ann"), await place.person("Ben")
    await place.group("Parents 6A", [ann.who, ben])
    tab, other = await teacher.tab("/people"), await ann.tab("/")
    await tab.locator("#people-q").press_sequentially(f"par {place.surname}")
    await tab.get_by_role("link", name=f"Write to Parents 6A {place.surname}").click()
    await tab.locator("#subject").fill("A trip")
    await tab.locator("#body").fill("On Friday.")
    await (
        tab.get_by_role("button", name="Send this message")
        .or_(tab.get_by_role("button", name="Send", exact=True))
        .first.click()
    )
    await expect(tab.locator(".participants-count")).to_have_text("3 participants")
    await expect(other.locator(".row-subject", has_text="A trip")).to_be_visible()


async def test_who_opts_out_loses_her_logo_everywhere(place: Place) -> None:
    """At once and on every page that shows her, in the browsers of others; and it comes back."""
    alice, bob, carol = await place.visitor("Alice"), await place.visitor("Bob"), await place.visitor("Carol")
    await seen(place.site, bob.who)
    room = await factories.discussion(place.site, alice.who, [bob.who, carol.who])
    name, they = bob.name, "This person does not use the messaging."
    found = await alice.tab(f"/people?q=bob+{place.surname}")
    page = await alice.tab(f"/people/{bob.who.person_id}")
    home = await carol.tab("/")
    panel = await carol.tab(f"/discussions/{room}")
    await panel.locator(".participants-summary").click()
    writing = await carol.tab(f"/new?to=person:{bob.who.person_id}")
    signs = [
        _row(found, name).locator(".write"),
        page.get_by_role("link", name="Send a message"),
        home.locator(".correspondents li", has_text=name).locator(".write"),
        panel.locator(".participants-list li", has_text=name).locator(".write"),
    ]
    note = writing.locator(".chip", has_text=name).locator(".chip-note")
    for sign in signs:
        await expect(sign).to_be_visible()
    await expect(note).to_have_count(0)
    await bob.ask("PATCH", "settings", {"messaging": False})
    for sign in signs:
        await expect(sign).to_have_count(0)
    await expect(_row(found, name)).to_contain_text(they)
    await expect(page.locator(".person-head")).to_contain_text(they)
    await expect(note).to_have_text(they)
    await bob.ask("PATCH", "settings", {"messaging": True})
    for sign in signs:
        await expect(sign).to_be_visible()
    await expect(note).to_have_count(0)


async def test_people_come_and_go(place: Place) -> None:
    """Online now, live: in the directory and at home; who hides is not seen, and sees the others."""
    alice, bob = await place.visitor("Alice"), await place.person("Bob")
    await factories.discussion(place.site, alice.who, [bob])
    found, home = await alice.tab(f"/people?q=bob+{place.surname}"), await alice.tab("/")
    row, at_home = _row(found, bob.name), home.locator(".correspondents li", has_text=bob.name)
    await expect(row.locator(".presence")).not_to_have_attribute("data-here", "")
    visitor = await place.visit(bob)
    hers = await visitor.tab(f"/people?q=alice+{place.surname}")
    for one in (row, at_home):
        await expect(one.locator(".presence")).to_have_attribute("data-here", "")
    await visitor.ask("PATCH", "settings", {"hides_presence": True})
    for one in (row, at_home):
        await expect(one.locator(".presence")).not_to_have_attribute("data-here", "")
    await expect(_row(hers, alice.name).locator(".presence")).to_have_attribute("data-here", "")
    await visitor.ask("PATCH", "settings", {"hides_presence": False})
    await expect(row.locator(".presence")).to_have_attribute("data-here", "")
    await hers.close()
    await visitor.context.close()
    place.visitors.remove(visitor)
    await expect(row.locator(".presence")).not_to_have_attribute("data-here", "")


async def test_the_author_sees_her_message_being_opened(place: Place) -> None:
    """Live, while the panel is open; who was left out is named there."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    away = await place.person("Dave")
    await change(place.site, away, messaging=False)
    group = await place.group("All", [bob.who, away])
    room = await factories.discussion(place.site, alice.who, [group])
    tab = await alice.tab(f"/discussions/{room}")
    await tab.locator(".participants-summary").click()
    await expect(tab.locator(".delivery-summary")).to_have_text("Opened by 0 of 1")
    await expect(tab.locator(".participants-without")).to_contain_text(away.name)
    line = tab.locator(".participants-list li", has_text=bob.name)
    await expect(line).to_contain_text("Received")
    await bob.tab(f"/discussions/{room}")
    await expect(line).to_contain_text("Opened")
    await expect(tab.locator(".delivery-summary")).to_have_text("Opened by 1 of 1")


async def test_whoever_left_is_added_again_live(place: Place) -> None:
    """She leaves and comes back while the panel is open on another page."""
    alice, bob = await place.visitor("Alice"), await place.visitor("Bob")
    room = await factories.discussion(place.site, alice.who, [bob.who])
    tab, other = await alice.tab(f"/discussions/{room}"), await bob.tab(f"/discussions/{room}")
    await tab.locator(".participants-summary").click()
    line = tab.locator(".participants-list li", has_text=bob.name)
    await other.locator(".participants-summary").click()
    await other.get_by_role("link", name="Stop participation to this discussion").click()
    dialog = other.locator("dialog[open]")
    await dialog.get_by_role("button", name="Stop participation").click()
    await expect(line).to_have_count(0)
    await tab.locator("#add-search").press_sequentially(f"bob {place.surname}")
    await tab.get_by_role("option", name=bob.name).click()
    await tab.locator(".add-participants").get_by_role("button", name="Add", exact=True).click()
    await expect(line).to_contain_text("Added by")
    again = await bob.tab(f"/discussions/{room}")
    await write(again, "I am back.")
    await expect(tab.locator(".body", has_text="I am back.")).to_be_visible()
