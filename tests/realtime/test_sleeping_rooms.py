"""Discussions in which nothing has happened for long: nobody is subscribed until something does."""

from dataclasses import replace
from datetime import timedelta

import pytest

from store.columns import utc_now
from tests import factories
from tests.realtime.world import World


@pytest.fixture
async def asleep(world: World) -> str:
    """Alice has written to Bob two months ago, and nobody since."""
    long_ago = replace(world.site, now=lambda: utc_now() - timedelta(days=60))
    return await factories.discussion(long_ago, world.people["alice"], [world.people["bob"]])


async def test_a_room_that_slept_wakes_up(world: World, asleep: str) -> None:
    """Its participants are told `added`, and the reply that woke it follows."""
    bob = await world.live("bob")
    assert asleep not in world.node.app.state.node.hub.rooms
    alice = await world.live("alice")
    assert (await alice.post(asleep, "Anybody there?"))["type"] == "ack"
    added = await bob.expect("added", discussion=asleep)
    assert (added["head"], added["unread"]) == (1, 2)
    await bob.expect("entry", discussion=asleep, seq=2)
    await alice.post(asleep, "Hello?")
    await bob.expect("entry", discussion=asleep, seq=3)
    assert bob.seqs(asleep) == [2, 3]


async def test_an_arrival_wakes_a_room_too(world: World, asleep: str) -> None:
    """Whoever is in a room that slept hears of the newcomer at once."""
    bob, carol = await world.live("bob"), await world.live("carol")
    await world.add("carol", share_history=True, discussion=asleep)
    assert (await bob.expect("added", discussion=asleep))["head"] == 1
    assert (await bob.expect("entry", discussion=asleep, seq=2))["about"]["name"] == "Carol"
    await carol.expect("added", discussion=asleep)
    await world.stop("carol", asleep)
    await bob.expect("entry", discussion=asleep, seq=3)
    await carol.expect("gone", discussion=asleep)


async def test_opening_a_room_that_sleeps_follows_it(world: World, asleep: str) -> None:
    """What is on screen is live, however long it has slept."""
    bob, alice = await world.live("bob"), await world.live("alice")
    assert (await bob.ask(type="open", discussion=asleep))["type"] == "done"
    await alice.post(asleep, "Hello?")
    await bob.expect("entry", discussion=asleep, seq=2)
