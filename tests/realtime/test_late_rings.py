"""Rings that come at the wrong moment: old ones, lines during a repair, ends and arrivals that overtake each other."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from structlog.testing import capture_logs

from app import following, participants
from app.drafts import Address
from app.events import EntryStored, Event, Joined, Left, Line, PersonRef
from app.pace import Pace
from app.replies import ReplyLog
from app.verdicts import NewReply
from realtime.bus import Here
from store.columns import new_id, utc_now
from store.database import Database
from store.participations import Seat
from tests import factories
from tests.realtime.pair import Pair, apart, joined, kinds, told
from tests.waiting import wait_for


@apart
async def test_an_old_ring_of_an_end_ends_nothing_new(pair: Pair) -> None:
    """Left is rung late: she was added again since, and goes on."""
    bob = await pair.reader(pair.north, pair.bob)
    await participants.remove(pair.north.site, pair.alice, pair.room, pair.bob.person_id)
    await told(bob, "gone")
    to = [Address("person", pair.bob.person_id)]
    await participants.add(pair.north.site, pair.alice, pair.room, to, share_history=True)
    await told(bob, "added", head=3)
    pair.north.hub.hearing.hear([Left(pair.bob.person_id, pair.room, 2, "removed")])
    pair.north.hub.hearing.hear([Joined(pair.bob.person_id, pair.room, "", 1)])
    await pair.post(pair.north, "still there?")
    await told(bob, "entry", seq=4)
    assert kinds(bob) == ["welcome", "gone", "added", "entry"]


@apart
async def test_the_ring_of_an_end_before_its_lines(pair: Pair) -> None:
    """Lines before the end are delivered first; then gone, once."""
    bob = await pair.reader(pair.south, pair.bob)
    await pair.post(pair.north, "two")
    await participants.remove(pair.north.site, pair.alice, pair.room, pair.bob.person_id)
    await pair.post(pair.north, "four")
    pair.south.hub.hearing.hear([Left(pair.bob.person_id, pair.room, 3, "removed")])
    await told(bob, "gone")
    pair.south.hub.hearing.hear([await pair.line(3), Left(pair.bob.person_id, pair.room, 3, "removed")])
    assert kinds(bob) == ["welcome", "entry", "gone"]
    await wait_for(lambda: not pair.south.hub.rooms, "nobody follows it here")


@apart
async def test_a_hole_that_opens_while_another_is_filled(pair: Pair) -> None:
    """Every line that is known to be missing is read, whenever it was noticed."""
    bob = await pair.reader(pair.south, pair.bob)
    room = pair.south.hub.rooms[pair.room]
    for number in range(2, 4):
        await pair.post(pair.north, f"{number}")
    pair.south.hub.hearing.hear([await pair.line(3)])
    repair = room.repair
    assert repair
    pair.south.hub.hearing.hear([await pair.line(2)])
    await pair.post(pair.north, "4")
    pair.south.hub.repairs.fill(room)
    await told(bob, "entry", seq=4)
    for number in range(5, 9):
        await pair.post(pair.north, f"{number}")
    await wait_for(lambda: room.repair is None, "the repair is over")
    filling = pair.south.hub.repairs.fill(room)
    pair.south.hub.hearing.hear([await pair.line(8)])
    await filling
    await told(bob, "entry", seq=8)
    assert bob.faults == []


@apart
async def test_a_room_whose_place_is_not_known_yet_is_not_read(pair: Pair) -> None:
    """Lines that come before the first seat wait for it."""
    hub = pair.south.hub
    room = hub.joining._pin(pair.room)
    hub.hearing.hear([EntryStored(pair.room, Line(9, "reply", pair.alice.ref, utc_now(), "early", ()))])
    assert room.repair is None
    assert list(room.early) == [9]
    hub.joining._unpin(room)
    assert not hub.rooms


@joined
async def test_removed_while_joining_is_under_way(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the store said before the removal lets nobody in after it."""
    site = pair.north.site
    await participants.stop(site, pair.bob, pair.room)
    bob = await pair.reader(pair.north, pair.bob)
    read = following.places
    removals = [lambda: participants.remove(site, pair.alice, pair.room, pair.bob.person_id)]

    async def overtaken(database: Database, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
        found = await read(database, pairs)
        while removals:
            await removals.pop()()
        return found

    monkeypatch.setattr(following, "places", overtaken)
    await participants.add(
        site, pair.alice, pair.room, [Address("person", pair.bob.person_id)], share_history=False
    )
    await told(bob, "gone", discussion=pair.room)
    await pair.post(pair.north, "secret")
    bob.say(type="ping", n=1)
    await told(bob, "pong")
    assert not removals
    assert "entry" not in kinds(bob)
    await wait_for(lambda: pair.room not in pair.north.hub.rooms, "nobody is left in the room")


@apart
async def test_added_again_while_the_first_joining_is_under_way(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer of the store was older than the second ring: it is asked once more."""
    read = following.places
    is_read, is_rung_again = asyncio.Event(), asyncio.Event()

    async def overtaken(database: Database, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
        found = await read(database, pairs)
        is_read.set()
        await is_rung_again.wait()
        return found

    monkeypatch.setattr(following, "places", overtaken)
    carol = await factories.person(pair.north.site, "carol")
    reader = await pair.reader(pair.south, carol)
    pair.south.hub.hearing.hear([Joined(carol.person_id, pair.room, "", 1)])
    to = [Address("person", carol.person_id)]
    assert pair.room in reader.connection.joining
    await wait_for(is_read.is_set, "the store has answered")
    await participants.add(pair.north.site, pair.alice, pair.room, to, share_history=False)
    pair.south.hub.hearing.hear([Joined(carol.person_id, pair.room, "", 2)])
    is_rung_again.set()
    await told(reader, "added", head=2)


@apart
async def test_who_is_elsewhere_in_a_room_that_nobody_follows_here(pair: Pair) -> None:
    """Rings that come while a node leaves a room leave nothing behind."""
    pair.south.hub.hearing.hear([Here(new_id(), "north", [PersonRef("p", "Somebody")])])
    assert not pair.south.hub.presences._elsewhere


@apart
async def test_an_ear_that_fails_costs_no_ack(pair: Pair) -> None:
    """What is durable is acknowledged, whatever becomes of the telling."""

    def deaf(_: Sequence[Event]) -> None:
        raise RuntimeError("deaf")

    log = ReplyLog(
        pair.database, deaf, utc_now, pace=Pace(1, 1, enabled=False), asleep_after=timedelta(days=30)
    )
    with capture_logs() as logs:
        posted = await log.post(NewReply(pair.alice.ref, pair.room, "c", "heard by nobody"))
    assert (posted.seq, posted.repeated) == (2, False)
    assert [line["event"] for line in logs] == ["replies_not_announced"]
    await log.close()
