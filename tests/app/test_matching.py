"""Whom the search finds among many more than it judges one by one: for who reaches few, and for who reaches many."""

import pytest

from app.importing import import_people
from app.matching import LOOKED_AT
from app.people import called
from app.recipients import find_recipients
from app.ruling import whom_may
from app.sign_in import identity_of
from app.site import Identity, Site
from store.rules import FEW
from tests.app.ruled import rules

AHEAD = LOOKED_AT + 10
CROWD = FEW + 10


@pytest.fixture
async def school(site: Site) -> dict[str, Identity]:
    """Some whose names come first, a crowd, three whose names come last, and two who write."""
    people = [
        *((f"xa{n}", f"A {n:04}", "Ahead") for n in range(AHEAD)),
        *((f"xb{n}", f"B {n:04}", "Crowd") for n in range(CROWD)),
        *((f"xz{n}", f"Z {n:04}", "Few") for n in range(3)),
        ("xaver", "Bo", "Writers"),
        ("xander", "Cy", ""),
    ]
    rows = [{"login": login, "name": name, "groups": groups} for login, name, groups in people]
    await import_people(site, rows)
    async with site.database.read() as session:
        writers = [await called(session, login) for login in ("xaver", "xander")]
    return {one.login: identity_of(one, session_id="") for one in writers}


async def names(site: Site, who: Identity, q: str, limit: int = 20) -> list[str]:
    """Whom the search finds."""
    return [option.name for option in await find_recipients(site, who, q, limit=limit)]


async def pages(site: Site, who: Identity, q: str) -> list[str]:
    """Whom she may write to, page by page."""
    found, cursor = [], None
    while True:
        page = await whom_may(site, who.person_id, q, cursor, limit=100)
        found += [one.name for one in page.items]
        if page.next is None:
            return found
        cursor = page.next


@pytest.mark.parametrize("q", ["", "x", "z"])
async def test_who_reaches_few_finds_them(site: Site, school: dict[str, Identity], q: str) -> None:
    """However many others match and come before them; who reaches nobody finds nobody."""
    await rules(site, "Writers to Few: members")
    few = ["Z 0000", "Z 0001", "Z 0002"]
    assert await names(site, school["xaver"], q) == few
    assert await names(site, school["xaver"], q, limit=2) == few[:2]
    assert await pages(site, school["xaver"], q) == few
    assert await names(site, school["xander"], q) == await pages(site, school["xander"], q) == []


async def test_who_reaches_many_finds_the_first(site: Site, school: dict[str, Identity]) -> None:
    """Whether those who may be written to come first or last, all of them page by page, each once."""
    await rules(site, "Writers to Crowd: members", "Writers to Few: both", "Few to Writers: members")
    crowd, few = [f"B {n:04}" for n in range(CROWD)], [f"Z {n:04}" for n in range(3)]
    for q in ("", "x", "b"):
        assert await names(site, school["xaver"], q) == crowd[:20]
    assert await names(site, school["xaver"], "z") == few
    assert await pages(site, school["xaver"], "") == ["Few", *crowd, *few]
    assert await pages(site, school["xaver"], "b") == crowd


async def test_without_rules_everybody_is_found(site: Site, school: dict[str, Identity]) -> None:
    """First who is called so, then whose login begins so."""
    everybody = [f"A {n:04}" for n in range(AHEAD)]
    assert await names(site, school["xaver"], "a", limit=200) == [*everybody, "Ahead"]
    assert (await names(site, school["xaver"], "x"))[:3] == ["Cy", "A 0000", "A 0001"]
