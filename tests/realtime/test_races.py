"""What comes at the wrong moment: old rings, lines during a repair, a store that goes away in the middle."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

import pytest
from pydantic import SecretStr
from structlog.testing import capture_logs

from app import following, participants, sign_in
from app.drafts import Address
from app.events import EntryStored, Event, Joined, Left, Line, PersonRef
from app.lines import shown
from app.pace import Pace
from app.replies import ReplyLog
from app.settings import Settings
from app.site import Identity
from app.verdicts import NewReply
from realtime import catching_up, inbound, joining, repairs
from realtime.bus import Exchange, Here
from store.columns import new_id, utc_now
from store.database import Database
from store.lines import missing_lines
from store.participations import Seat
from store.prepared import through
from tests import factories
from tests.realtime.reader import Frame, Reader
from tests.realtime.weather import LossyBus, Weather, WeatheredDatabase, WeatheredNode
from tests.waiting import wait_for


@dataclass
class Pair:
    """Two nodes in fine weather; Alice has written to Bob."""

    weather: Weather
    database: WeatheredDatabase
    north: WeatheredNode
    south: WeatheredNode
    alice: Identity
    bob: Identity
    room: str

    async def reader(
        self, node: WeatheredNode, who: Identity, resume: dict[str, int] | None = None
    ) -> Reader:
        """A welcomed connection."""
        reader = Reader(node, who, self.weather, {})
        reader.hello(resume or {})
        await told(reader, "welcome")
        return reader

    async def post(self, node: WeatheredNode, body: str) -> int:
        """A reply of Alice on this node."""
        return (await node.replies.post(NewReply(self.alice.ref, self.room, new_id(), body))).seq

    async def line(self, seq: int) -> EntryStored:
        """The ring for an entry."""
        async with self.database.read() as session:
            (found,) = await through(session, missing_lines, self.room, seq - 1, seq, 1)
        return EntryStored(self.room, shown(found))


@pytest.fixture(params=[True, False], ids=["joined", "apart"])
async def pair(
    request: pytest.FixtureRequest, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Pair]:
    """Nodes that hear each other, and nodes of which each ring is lost."""
    for module in (catching_up, joining, repairs):
        monkeypatch.setattr(module, "RETRY_AFTER", 0.02)
    weather = Weather(1)
    weather.is_bad = False
    settings = Settings(database_url=sqlite_url, secret=SecretStr("a secret of the tests"))
    database = WeatheredDatabase(settings.database_url, weather)
    exchange = Exchange()
    other = exchange if request.param else Exchange()
    north = WeatheredNode("north", settings, database, LossyBus(exchange, weather))
    south = WeatheredNode("south", settings, database, LossyBus(other, weather))
    alice, bob = await factories.people(north.site, "alice", "bob")
    room = await factories.discussion(north.site, alice, [bob])
    for node in (north, south):
        await node.hub.start()
    yield Pair(weather, database, north, south, alice, bob, room)
    for node in (north, south):
        await node.close()
    await database.close()


joined = pytest.mark.parametrize("pair", [True], indirect=True, ids=["joined"])
apart = pytest.mark.parametrize("pair", [False], indirect=True, ids=["apart"])


async def told(reader: Reader, kind: str, /, **fields: object) -> Frame:
    """Wait until a reader is told something."""

    def found() -> Frame | None:
        return next(
            (f for f in reader.frames if f["type"] == kind and fields.items() <= f.items()),
            None,
        )

    return await wait_for(found, f"{kind} {fields} among {[frame['type'] for frame in reader.frames]}")


def kinds(reader: Reader) -> list[str]:
    """What a reader was told besides counts."""
    return [frame["type"] for frame in reader.frames if frame["type"] not in {"unread", "presence"}]


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
async def test_an_old_ring_of_an_end_ends_nothing_new(pair: Pair) -> None:
    """Left is rung late: she was added again since, and goes on."""
    bob = await pair.reader(pair.north, pair.bob)
    await participants.remove(pair.north.site, pair.alice, pair.room, pair.bob.person_id)
    await told(bob, "gone")
    to = [Address("person", pair.bob.person_id)]
    await participants.add(pair.north.site, pair.alice, pair.room, to, share_history=True)
    await told(bob, "added", head=3)
    pair.north.hub.hear([Left(pair.bob.person_id, pair.room, 2, "removed")])
    pair.north.hub.hear([Joined(pair.bob.person_id, pair.room, "", 1)])
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
    pair.south.hub.hear([Left(pair.bob.person_id, pair.room, 3, "removed")])
    await told(bob, "gone")
    pair.south.hub.hear([await pair.line(3), Left(pair.bob.person_id, pair.room, 3, "removed")])
    assert kinds(bob) == ["welcome", "entry", "gone"]
    await wait_for(lambda: not pair.south.hub.rooms, "nobody follows it here")


@apart
async def test_a_hole_that_opens_while_another_is_filled(pair: Pair) -> None:
    """Every line that is known to be missing is read, whenever it was noticed."""
    bob = await pair.reader(pair.south, pair.bob)
    room = pair.south.hub.rooms[pair.room]
    for number in range(2, 4):
        await pair.post(pair.north, f"{number}")
    pair.south.hub.hear([await pair.line(3)])
    repair = room.repair
    assert repair
    pair.south.hub.hear([await pair.line(2)])
    await pair.post(pair.north, "4")
    pair.south.hub.repairs.fill(room)
    await told(bob, "entry", seq=4)
    for number in range(5, 9):
        await pair.post(pair.north, f"{number}")
    await wait_for(lambda: room.repair is None, "the repair is over")
    filling = pair.south.hub.repairs.fill(room)
    pair.south.hub.hear([await pair.line(8)])
    await filling
    await told(bob, "entry", seq=8)
    assert bob.faults == []


@apart
async def test_a_room_whose_place_is_not_known_yet_is_not_read(pair: Pair) -> None:
    """Lines that come before the first seat wait for it."""
    hub = pair.south.hub
    room = hub.joining._pin(pair.room)
    hub.hear([EntryStored(pair.room, Line(9, "reply", pair.alice.ref, utc_now(), "early", ()))])
    assert room.repair is None
    assert list(room.early) == [9]
    hub.joining._unpin(room)
    assert not hub.rooms


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
async def test_opening_what_sleeps_while_the_store_is_away(pair: Pair) -> None:
    """Refused, instead of keeping every later command waiting."""
    bob = await pair.reader(pair.north, pair.bob)
    pair.weather.store_is_away = True
    bob.say(type="open", id="o", discussion=new_id())
    assert (await told(bob, "error", id="o"))["code"] == "unavailable"
    pair.weather.store_is_away = False


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
async def test_added_again_while_the_first_joining_is_under_way(pair: Pair) -> None:
    """The answer of the store was older than the second ring: it is asked once more."""
    carol = await factories.person(pair.north.site, "carol")
    reader = await pair.reader(pair.south, carol)
    pair.south.hub.hear([Joined(carol.person_id, pair.room, "", 1)])
    to = [Address("person", carol.person_id)]
    assert pair.room in reader.connection.joining
    await participants.add(pair.north.site, pair.alice, pair.room, to, share_history=False)
    pair.south.hub.hear([Joined(carol.person_id, pair.room, "", 2)])
    await told(reader, "added", head=2)


@apart
async def test_who_is_elsewhere_in_a_room_that_nobody_follows_here(pair: Pair) -> None:
    """Rings that come while a node leaves a room leave nothing behind."""
    pair.south.hub.hear([Here(new_id(), "north", [PersonRef("p", "Somebody")])])
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
