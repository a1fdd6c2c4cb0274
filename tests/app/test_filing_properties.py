"""Whatever people do with their folders and their trash: it is their own, it is exact, and many at once is one by one.

Random histories are played against the use cases and against a model (`keeping_model`).
"""

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.filing import Deed, to_many
from app.mailbox import unread
from app.site import Site
from tests import factories
from tests.app.boxes import ids
from tests.app.circles import Clock, reply
from tests.app.keeping_model import CHANGES, PEOPLE, ROOMS, Done, Model, Step, numbers, some_rooms, steps
from tests.app.keeping_world import World


@pytest.fixture
def site(site: Site) -> Site:
    """A site in which time goes on."""
    return replace(site, now=Clock())


slowly = settings(
    max_examples=15,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@pytest.mark.parametrize("mirrored_at_once", [48, 1])
@slowly
@given(history=steps)
async def test_what_one_keeps_is_one_s_own(
    site: Site, monkeypatch: pytest.MonkeyPatch, mirrored_at_once: int, history: list[Step]
) -> None:
    """Everybody's boxes, counts, files and results are what she did and what was said: nobody else's filing, and
    nobody's leaving, changes them."""
    monkeypatch.setattr("store.log.MIRRORED_AT_ONCE", mirrored_at_once)
    world, model = await World.new(site), Model()
    for step in history:
        model.play(*step)
        await world.carry_out(step)
        await check(world, model, step[1])
    for person in range(PEOPLE):
        await check(world, model, person)
        assert await world.seen_files(person) == model.rooms(person)
        assert await world.found(person) == model.rooms(person)


async def check(world: World, model: Model, person: int) -> None:
    """What this person finds is what the model says."""
    assert await world.boxes(person) == model.boxes(person)
    found, counted = await unread(world.site, world.people[person]), model.counted(person)
    in_folders = [model.kept[person][room].folder for room in counted]
    assert found.count == len(counted)
    assert found.boxes == {"inbox": in_folders.count(None)}
    expected = {
        one: in_folders.count(number)
        for number, one in enumerate(world.folders[person])
        if number in in_folders
    }
    assert found.folders == expected


deeds = st.lists(
    st.tuples(st.sampled_from(sorted(CHANGES)), some_rooms, numbers, st.booleans()),
    max_size=8,
)


@slowly
@given(history=deeds)
async def test_many_at_once_is_one_by_one(
    site: Site, history: list[tuple[Done, frozenset[int], int, bool]]
) -> None:
    """Two people with the same discussions do the same, one of them at once, and find the same afterwards."""
    world = await World.new(site)
    author, one, two = world.people
    rooms = [await factories.discussion(site, author, [one, two]) for _ in range(ROOMS)]
    world = replace(world, rooms=rooms)
    for who in world.people:
        # What was there before is out of the way.
        before = [room for room in await ids(site, who, "progress") if room not in rooms]
        await to_many(site, who, before, Deed(None))
    for done, chosen, number, answered in history:
        await world.carry_out((done, 1, chosen, number))
        await world.one_by_one(2, done, sorted(chosen), number)
        if answered:
            await reply(site, author, rooms[min(chosen)])
        counts = [await unread(site, who) for who in (one, two)]
        assert await world.boxes(1) == await world.boxes(2)
        assert (counts[0].count, counts[0].boxes) == (counts[1].count, counts[1].boxes)
        assert sorted(counts[0].folders.values()) == sorted(counts[1].folders.values())
