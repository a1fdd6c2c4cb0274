"""Hellos at the wrong moment: replies in between, a store that goes away, a sign-in that is over."""

import asyncio

import pytest

from app import participants, sign_in
from app.verdicts import NewReply
from realtime import inbound
from store.columns import new_id
from tests import factories
from tests.realtime.pair import Pair, apart, joined, told
from tests.realtime.reader import Reader
from tests.waiting import wait_for


@joined
async def test_who_resumes_alone_on_a_node_hears_the_others(pair: Pair) -> None:
    """The room stays subscribed from the hello on, and what comes between welcome and resume is not lost."""
    bob = await pair.reader(pair.south, pair.bob, {pair.room: 1})
    await told(bob, "resumed", how="complete")
    repaired = pair.south.hub.meters.repairs.total()
    await pair.post(pair.north, "from the other node")
    await told(bob, "entry", seq=2)
    assert pair.south.hub.meters.repairs.total() == repaired


@joined
async def test_what_comes_while_a_hello_resumes(pair: Pair) -> None:
    """A reply that is stored just after the welcome follows at once, not with the next one."""
    for number in range(5):
        await pair.post(pair.north, f"{number}")
    bob = Reader(pair.south, pair.bob, pair.weather, {})
    tasks = []
    bob.at_welcome = lambda: tasks.append(asyncio.create_task(pair.post(pair.north, "now")))
    bob.hello({pair.room: 1})
    await told(bob, "entry", seq=7)
    await told(bob, "resumed", how="complete")
    assert bob.faults == []


@apart
async def test_a_hello_that_was_refused_can_be_said_again(pair: Pair) -> None:
    """The store is away: `unavailable` for it and for what was sent behind it, and nothing else happens."""
    bob = Reader(pair.north, pair.bob, pair.weather, {})
    pair.weather.store_is_away = True
    bob.hello({})
    bob.say(type="open", id="o", discussion=pair.room)
    bob.say(type="post", id="p", discussion=pair.room, client_id="c", body="too early")
    await wait_for(lambda: len(bob.frames) == 3, "three refusals")
    assert [(frame.get("id"), frame["code"]) for frame in bob.frames] == [
        (None, "unavailable"),
        ("o", "unavailable"),
        ("p", "unavailable"),
    ]
    assert all(frame["retry_after"] > 0 for frame in bob.frames)
    pair.weather.store_is_away = False
    bob.say(type="post", id="q", discussion=pair.room, client_id="c", body="too early")
    await told(bob, "error", id="q")
    bob.hello({pair.room: 0})
    await told(bob, "resumed", head=1, how="complete")
    assert bob.seen == {pair.room: [1]}
    assert bob.closed is None


@apart
async def test_a_hello_that_was_refused_and_is_not_said_again(
    pair: Pair, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closed so that the client comes back, and not as if nobody were signed in."""
    bob = Reader(pair.north, pair.bob, pair.weather, {})
    pair.weather.store_is_away = True
    monkeypatch.setattr(inbound, "HELLO_WITHIN", 0.05)
    bob.hello({})
    await wait_for(lambda: bob.closed is not None, "the end")
    assert bob.closed == 4408


@apart
async def test_the_store_goes_away_between_welcome_and_resume(pair: Pair) -> None:
    """What was missed is sent when it is back."""
    await pair.post(pair.north, "missed")
    bob = Reader(pair.north, pair.bob, pair.weather, {})
    bob.at_welcome = lambda: setattr(pair.weather, "store_is_away", True)
    bob.hello({pair.room: 1})
    bob.say(type="open", id="o", discussion=pair.room)
    await told(bob, "done", id="o")
    assert bob.connection in pair.north.hub.rooms[pair.room].behind
    pair.weather.store_is_away = False
    await told(bob, "resumed", head=2, how="complete")
    assert bob.seen == {pair.room: [2]}


@apart
async def test_a_room_lost_while_others_resume(pair: Pair) -> None:
    """The one that is lost is answered with `gone`, and those after it go on."""
    other = await factories.discussion(pair.north.site, pair.alice, [pair.bob])
    for room in (pair.room, other):
        await pair.north.replies.post(NewReply(pair.alice.ref, room, new_id(), "missed"))
    bob = Reader(pair.north, pair.bob, pair.weather, {})

    stopping: list[asyncio.Task[None]] = []

    def stop_soon() -> None:
        stop = participants.stop(pair.north.site, pair.bob, pair.room)
        stopping.append(asyncio.create_task(stop))

    bob.at_welcome = stop_soon
    bob.hello({pair.room: 1, other: 1})
    await told(bob, "gone", discussion=pair.room)
    await told(bob, "resumed", discussion=other, head=2, how="complete")
    assert bob.seen[other] == [2]
    assert bob.faults == []


@apart
async def test_a_resume_never_fills_a_reader_s_buffer(pair: Pair) -> None:
    """What was missed is written in pieces at the reader's pace, so that nothing live finds her buffer full."""
    for number in range(40):
        await pair.post(pair.north, f"{number} " + "x" * 10_000)
    bob = await pair.reader(pair.south, pair.bob, {pair.room: 1})
    await told(bob, "resumed", head=41, how="complete")
    assert bob.largest < 64 * 1024
    assert bob.faults == []


@apart
async def test_a_sign_in_that_ended_before_the_hello(pair: Pair) -> None:
    """The ring went to another node before this one listened: 4403 instead of a welcome."""
    token = await factories.token(pair.north.site, pair.bob)
    who = await sign_in.identify(pair.south.site, bearer=token)
    assert who
    bob = Reader(pair.south, who, pair.weather, {})
    await sign_in.sign_out(pair.north.site, who)
    bob.hello({pair.room: 0})
    await wait_for(lambda: bob.closed is not None, "the end")
    assert bob.closed == 4403
    assert bob.frames == []


@apart
async def test_opening_what_sleeps_while_the_store_is_away(pair: Pair) -> None:
    """Refused, instead of keeping every later command waiting."""
    bob = await pair.reader(pair.north, pair.bob)
    pair.weather.store_is_away = True
    bob.say(type="open", id="o", discussion=new_id())
    assert (await told(bob, "error", id="o"))["code"] == "unavailable"
    pair.weather.store_is_away = False
