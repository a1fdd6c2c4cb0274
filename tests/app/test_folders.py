"""Folders: names, levels, no circles; one's own; what a folder holds comes into the trash with it."""

import asyncio
from dataclasses import replace

import pytest

from app.errors import InvalidInput, NotFound
from app.filing import move
from app.folders import change, create, delete, tree
from app.mailbox import box
from app.site import Identity, Site
from tests import factories
from tests.app.circles import Clock


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Alice and Bob."""
    return await factories.people(site, "alice", "bob")


async def names(site: Site, who: Identity) -> list[tuple[str, int]]:
    """Her folders with their levels, in their order."""
    return [(folder.name, folder.level) for folder in await tree(site, who)]


async def test_folders_lie_in_each_other(site: Site, people: list[Identity]) -> None:
    """Three levels, by name; somebody else's are not seen."""
    alice, bob = people
    work = await create(site, alice, "  Work ")
    await create(site, alice, "home")
    plans = await create(site, alice, "Plans", work.id)
    await create(site, alice, "2026", plans.id)
    assert await names(site, alice) == [("home", 1), ("Work", 1), ("Plans", 2), ("2026", 3)]
    assert await names(site, bob) == []


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("", "out_of_bounds"),
        ("   ", "out_of_bounds"),
        ("x" * 51, "out_of_bounds"),
        ("a\x07b", "out_of_bounds"),
        ("wOrK", "taken"),
        ("Straße", "taken"),
    ],
)
async def test_names_are_refused(site: Site, people: list[Identity], name: str, code: str) -> None:
    """Empty, too long, not to be seen, or taken beside it, case ignored."""
    alice, bob = people
    for taken in ("Work", "STRASSE"):
        await create(site, alice, taken)
        await create(site, bob, taken)
    with pytest.raises(InvalidInput) as refused:
        await create(site, alice, name)
    assert [(error.field, error.code) for error in refused.value.errors] == [("name", code)]
    inside = await create(site, alice, "Work", (await tree(site, alice))[0].id)
    with pytest.raises(InvalidInput):
        await change(site, alice, inside.id, name=name if code == "out_of_bounds" else "work", parent=None)


async def test_no_folder_lies_too_deep_or_in_itself(site: Site, people: list[Identity]) -> None:
    """Neither by making nor by moving one, with all that is in it."""
    alice, bob = people
    top = await create(site, alice, "top")
    middle = await create(site, alice, "middle", top.id)
    low = await create(site, alice, "low", middle.id)
    other = await create(site, alice, "other")
    foreign = await create(site, bob, "foreign")
    wrong = [
        (create(site, alice, "deeper", low.id), "too_deep"),
        (create(site, alice, "nowhere", foreign.id), "unknown"),
        (change(site, alice, top.id, parent=low.id), "circle"),
        (change(site, alice, top.id, parent=top.id), "circle"),
        (change(site, alice, top.id, parent=other.id), "too_deep"),
        (change(site, alice, top.id, parent=foreign.id), "unknown"),
    ]
    for call, code in wrong:
        with pytest.raises(InvalidInput) as refused:
            await call
        assert [(error.field, error.code) for error in refused.value.errors] == [("parent", code)]
    moved = await change(site, alice, middle.id, name="Middle", parent=other.id)
    assert (moved.name, moved.parent, moved.level) == ("Middle", other.id, 2)
    assert await names(site, alice) == [("other", 1), ("Middle", 2), ("low", 3), ("top", 1)]
    with pytest.raises(NotFound):
        await change(site, bob, top.id, name="mine")
    with pytest.raises(NotFound):
        await delete(site, bob, top.id)


async def test_two_tabs_make_no_circle(site: Site, people: list[Identity]) -> None:
    """Each moves one folder into the other at the same time: one of them is refused."""
    alice, _ = people
    one, two = await create(site, alice, "one"), await create(site, alice, "two")
    results = await asyncio.gather(
        change(site, alice, one.id, parent=two.id),
        change(site, alice, two.id, parent=one.id),
        return_exceptions=True,
    )
    assert sum(isinstance(result, InvalidInput) for result in results) == 1
    assert sorted(level for _, level in await names(site, alice)) == [1, 2]


async def test_too_many_folders_are_refused(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """All of them are shown on every page."""
    monkeypatch.setattr("app.folders.MOST_FOLDERS", 2)
    alice, bob = people
    await create(site, alice, "one")
    await create(site, alice, "two")
    with pytest.raises(InvalidInput):
        await create(site, alice, "three")
    await create(site, bob, "one")


async def test_deleting_a_folder_trashes_what_it_holds(
    site: Site, people: list[Identity], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the folders in it, in steps; restored, it is in no folder."""
    monkeypatch.setattr("app.folders.AT_ONCE", 2)
    alice, bob = people
    outer = await create(site, bob, "outer")
    inner = await create(site, bob, "inner", outer.id)
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(6)]
    for room in rooms[:3]:
        await move(site, bob, room, outer.id)
    for room in rooms[3:5]:
        await move(site, bob, room, inner.id)
    assert await delete(site, bob, outer.id) == 5
    assert await tree(site, bob) == []
    trashed = (await box(site, bob, "trash")).items
    assert {row.id for row in trashed} == set(rooms[:5])
    assert {row.folder for row in trashed} == {None}
    assert [row.id for row in (await box(site, bob, "inbox")).items] == rooms[5:]
    assert (await box(site, alice, "trash")).items == []
