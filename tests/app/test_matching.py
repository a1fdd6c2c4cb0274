"""Whom the search finds among many more than it judges one by one: for who reaches few, and for who reaches many."""

import pytest

from app.importing import import_people
from app.matching import LOOKED_AT
from app.people import called
from app.recipients import find_recipients
from app.ruling import whom_may
from app.sign_in import identity_of
from app.site import Identity, Site
from tests.app.ruled import rules

CROWD = LOOKED_AT + 30


@pytest.fixture
async def school(site: Site) -> dict[str, Identity]:
    """A crowd, three people whose names come after theirs, and somebody in a group of her own."""
    crowd = [(f"xavier{n:03}", f"A {n:03}", "Crowd") for n in range(CROWD)]
    few = [(f"xenia{n}", f"Zoe {n}", "Few") for n in range(3)]
    others = [("xaver", "Bo", "Writers"), ("xander", "Cy", "")]
    rows = [
        {"login": login, "name": name, "groups": groups} for login, name, groups in [*crowd, *few, *others]
    ]
    await import_people(site, rows)
    async with site.database.read() as session:
        return {
            login: identity_of(await called(session, login), session_id="") for login in ("xaver", "xander")
        }


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


@pytest.mark.parametrize("q", ["", "x", "zoe"])
async def test_who_reaches_few_finds_them(site: Site, school: dict[str, Identity], q: str) -> None:
    """However many others match and come before them."""
    await rules(site, "Writers to Few: members")
    assert await names(site, school["xaver"], q) == ["Zoe 0", "Zoe 1", "Zoe 2"]
    assert await names(site, school["xaver"], q, limit=2) == ["Zoe 0", "Zoe 1"]
    assert await pages(site, school["xaver"], q) == ["Zoe 0", "Zoe 1", "Zoe 2"]
    assert await names(site, school["xander"], q) == await pages(site, school["xander"], q) == []


async def test_who_reaches_many_finds_the_first(site: Site, school: dict[str, Identity]) -> None:
    """And the others page by page, each once, in the order of their names."""
    await rules(site, "Writers to Crowd: members", "Writers to Few: both", "Few to Writers: members")
    crowd = [f"A {n:03}" for n in range(CROWD)]
    assert await names(site, school["xaver"], "x") == crowd[:20]
    assert await pages(site, school["xaver"], "") == ["Few", *crowd, "Zoe 0", "Zoe 1", "Zoe 2"]
    assert await pages(site, school["xaver"], "a") == crowd
