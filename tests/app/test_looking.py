"""What is wanted of a box, where no index knows it: looked for on and on, for a bounded time, without losing a row."""

from dataclasses import replace

import pytest

from app.discussions import mark_read
from app.looking import look_through
from app.mailbox import Row, Wanted, box
from app.paging import Page
from app.site import Identity, Site
from tests import factories
from tests.app.circles import Clock


@pytest.fixture
def site(site: Site, monkeypatch: pytest.MonkeyPatch) -> Site:
    """A site in which time goes on, and where a stretch of a box is four discussions."""
    monkeypatch.setattr("store.boxes.LOOKED_AT_ONCE", 2)
    monkeypatch.setattr("store.boxes.MOST_LOOKED_AT", 4)
    # However slow the machine is.
    monkeypatch.setattr("app.looking.LOOK_SECONDS", 60)
    return replace(site, now=Clock())


async def test_a_box_gives_what_is_wanted_of_it(site: Site, people: list[Identity]) -> None:
    """What is unread, and what somebody wrote first; page by page, looking at so many each time."""
    alice, bob, carol, _ = people
    hers = [await factories.discussion(site, alice, [bob]) for _ in range(3)]
    others = [await factories.discussion(site, carol, [bob]) for _ in range(5)]
    await mark_read(site, bob, hers[1], 1)
    unread_ones = await box(site, bob, "inbox", wanted=Wanted(unread=True))
    assert [row.id for row in unread_ones.items] == others[:0:-1]
    unread_ones = await box(site, bob, "inbox", wanted=Wanted(unread=True), cursor=unread_ones.next)
    assert [row.id for row in unread_ones.items] == [others[0], hers[2], hers[0]]
    by_alice = Wanted(author=alice.person_id)
    page = await box(site, bob, "inbox", wanted=by_alice)
    assert (page.items, page.next is None) == ([], False)
    page = await box(site, bob, "inbox", wanted=by_alice, cursor=page.next)
    assert [row.id for row in page.items] == [hers[2], hers[1], hers[0]]
    page = await box(site, bob, "inbox", wanted=Wanted(unread=True, author=alice.person_id), limit=1)
    assert [row.id for row in page.items] in ([], [hers[2]])
    assert (await box(site, bob, "inbox", wanted=Wanted(attachments=True), limit=100)).items == []


async def test_a_page_is_filled_over_many_stretches(site: Site, people: list[Identity]) -> None:
    """What stands far back is on the first page; the next page goes on behind it."""
    alice, bob, carol, _ = people
    hers = [await _from(site, alice, bob) for _ in range(3)]
    for _ in range(21):
        await _from(site, carol, bob)
    found = await look_through(site, bob, "inbox", limit=2, wanted=Wanted(author=alice.person_id))
    assert _ids(found) == [hers[2], hers[1]]
    assert found.next is not None
    found = await look_through(
        site, bob, "inbox", limit=2, wanted=Wanted(author=alice.person_id), cursor=found.next
    )
    assert (_ids(found), found.next) == ([hers[0]], None)
    found = await look_through(site, bob, "inbox", wanted=Wanted(attachments=True))
    assert (_ids(found), found.next) == ([], None)


async def test_looking_ends_in_time(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Then `next` leads on, one stretch after the other, until the end."""
    monkeypatch.setattr("app.looking.LOOK_SECONDS", 0)
    alice, bob, carol, _ = people
    first = await _from(site, alice, bob)
    for _ in range(9):
        await _from(site, carol, bob)
    wanted, cursor = Wanted(author=alice.person_id), None
    pages: list[list[str]] = []
    while not pages or cursor:
        page = await look_through(site, bob, "inbox", wanted=wanted, cursor=cursor)
        pages.append(_ids(page))
        cursor = page.next
    assert pages == [[], [], [first]]


async def _from(site: Site, author: Identity, reader: Identity) -> str:
    return await factories.discussion(site, author, [reader])


def _ids(page: Page[Row]) -> list[str]:
    return [row.id for row in page.items]
