"""Random lives on three nodes whose bus loses, delays, repeats and reorders, and whose store goes away at times.

Whatever happened: once the weather is fine again, everybody follows exactly what she is in, has every line once and
in order, and nothing beyond her bounds. A seed that fails is repeated by running its test again, nearly always.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any

import pytest
from structlog.testing import capture_logs

from app import participants, sign_in
from app.drafts import Address
from app.errors import ParleyError
from app.settings import Settings
from app.site import Identity
from realtime import catching_up, counts, joining, repairs
from realtime.bus import Exchange
from store.columns import new_id
from store.database import Database, StoreUnavailable
from store.following import participation
from store.lines import ReadLine, missing_lines
from store.prepared import through
from store.unread import counts_for, unread_in
from tests import factories
from tests.realtime.weather import LossyBus, Reader, Weather, WeatheredDatabase, WeatheredNode
from tests.waiting import wait_for

LOGINS = ("alice", "bob", "carol", "dave", "erin")
ROOMS = 3
STEPS = 400
AT_ONCE = 6
"""Things that go on at the same time."""


class Life:
    """Three nodes, five people, a few rooms, and what happens to them."""

    def __init__(self, settings: Settings, weather: Weather) -> None:
        self.weather = weather
        self.dice = weather.dice
        self.plain = Database(settings.database_url)
        self.database = WeatheredDatabase(settings.database_url, weather)
        exchange = Exchange()
        self.nodes = [
            WeatheredNode(name, settings, self.database, LossyBus(exchange, weather))
            for name in ("north", "south", "west")
        ]
        self.people: list[Identity] = []
        self.tokens: list[tuple[Identity, str]] = []
        self.rooms: list[str] = []
        self.began: dict[str, set[str]] = {}
        self.readers: list[Reader] = []
        self.resumable: dict[str, dict[str, int]] = {}
        self.posts: list[tuple[Reader, dict[str, Any]]] = []
        self.shared: dict[tuple[str, int], bool] = {}
        """Whether an `added` entry came with the history."""
        self.out: dict[tuple[str, str], int] = {}
        """Who was acknowledged to be out, and since which entry."""
        self._turns: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self.faults: list[str] = []
        self._doing: set[asyncio.Task[None]] = set()

    async def begin(self) -> None:
        """Nodes, people and rooms."""
        self.weather.is_bad = False
        for node in self.nodes:
            await node.hub.start()
        site = self.nodes[0].site
        self.people = await factories.people(site, *LOGINS)
        for who in self.people * 3:
            await self._new_token(who)
        for number in range(ROOMS):
            author = self.people[number % len(self.people)]
            others = [who for who in self.people if who is not author]
            to = self.dice.sample(others, 2)
            self.rooms.append(await factories.discussion(site, author, to))
            self.began[self.rooms[-1]] = {one.person_id for one in (author, *to)}
        self.weather.is_bad = True

    async def go_on(self, steps: int) -> None:
        """So many things happen, some of them at the same time."""
        for _ in range(steps):
            await self._do(self._something())
            for _ in range(self.dice.randrange(6)):
                await asyncio.sleep(0)
        while self._doing:
            await asyncio.wait(self._doing)

    async def calm_down(self) -> None:
        """From now on all is well, and every node looks again."""
        self.weather.is_bad = self.weather.store_is_away = False
        for node in self.nodes:
            node.bus.calm_down()
            node.hub.repairs.look_again()

    async def end(self) -> None:
        """Everybody leaves; nothing may be left."""
        for reader in self.readers:
            reader.leave()
        for node in self.nodes:
            await node.close()
        await self.database.close()
        await self.plain.close()

    # What happens

    def _something(self) -> Coroutine[Any, Any, None]:
        reader = self.dice.choice([*self._open(), None])
        room, who = self.dice.choice(self.rooms), self.dice.choice(self.people)
        roll = self.dice.random()
        if reader is None or roll < 0.12:
            return self._connect()
        if roll < 0.45:
            return self._post(reader, room)
        if roll < 0.55:
            return self._again()
        if roll < 0.63:
            return self._add(who, room)
        if roll < 0.71:
            return self._remove(who, room)
        if roll < 0.74:
            return self._stop(who, room)
        if roll < 0.90:
            return self._look(reader, room)
        if roll < 0.97:
            return self._leave(reader)
        return self._sign_out() if roll < 0.98 else self._lose_the_store()

    async def _do(self, deed: Coroutine[Any, Any, None]) -> None:
        if len(self._doing) >= AT_ONCE:
            await asyncio.wait(self._doing, return_when=asyncio.FIRST_COMPLETED)
        task = asyncio.create_task(self._dared(deed))
        self._doing.add(task)
        task.add_done_callback(self._doing.discard)

    async def _dared(self, deed: Coroutine[Any, Any, None]) -> None:
        try:
            await deed
        except (ParleyError, StoreUnavailable):
            pass  # refused, as many of these things have to be
        except Exception as error:
            self.faults.append(repr(error))

    async def _connect(self) -> None:
        who, token = self.dice.choice(self.tokens)
        node = self.dice.choice(self.nodes)
        identity = await sign_in.identify(node.site, bearer=token)
        if identity is None or len(node.hub.people.get(who.person_id, ())) > 3:
            return
        reader = Reader(node, identity, self.weather, self.out)
        self.readers.append(reader)
        past = self.resumable.get(token, {})
        resume = {room: past.get(room, 0) for room in self.rooms if self.dice.random() < 0.6}
        reader.hello(resume)
        while not reader.connection.welcomed and reader.closed is None:
            if reader.frames and reader.frames[-1]["type"] == "error":
                reader.frames.clear()
                reader.hello(resume)
            await asyncio.sleep(0)
        self.resumable[token] = {}

    async def _leave(self, reader: Reader) -> None:
        for token_owner, token in self.tokens:
            if token_owner.person_id == reader.who.person_id:
                self.resumable[token] = {
                    room: stream.at for room, stream in reader.streams.items() if stream.at is not None
                }
        reader.leave()

    async def _post(self, reader: Reader, room: str) -> None:
        frame = {"type": "post", "id": new_id(), "discussion": room, "client_id": new_id()}
        frame["body"] = f"{reader.who.login} {len(self.posts)}"
        self.posts.append((reader, frame))
        reader.say(**frame)

    async def _again(self) -> None:
        if self.posts:
            first, frame = self.dice.choice(self.posts[-30:])
            same = [one for one in self._open() if one.who.person_id == first.who.person_id]
            if same:
                again = (self.dice.choice(same), frame | {"id": new_id()})
                self.posts.append(again)
                again[0].say(**again[1])

    async def _add(self, who: Identity, room: str) -> None:
        node, actor = self.dice.choice(self.nodes), self.dice.choice(self.people)
        share = self.dice.random() < 0.5
        async with self._turns[who.person_id, room]:
            self.out.pop((who.person_id, room), None)
            to = [Address("person", who.person_id)]
            added = await participants.add(node.site, actor, room, to, share_history=share)
            if added.added:
                self.shared[room, await self._last(who, room, "added")] = share

    async def _remove(self, who: Identity, room: str) -> None:
        node, actor = self.dice.choice(self.nodes), self.dice.choice(self.people)
        async with self._turns[who.person_id, room]:
            await participants.remove(node.site, actor, room, who.person_id)
            self.out[who.person_id, room] = await self._last(who, room, "removed")

    async def _stop(self, who: Identity, room: str) -> None:
        node = self.dice.choice(self.nodes)
        async with self._turns[who.person_id, room]:
            await participants.stop(node.site, who, room)
            self.out[who.person_id, room] = await self._last(who, room, "stopped")

    async def _last(self, who: Identity, room: str, kind: str) -> int:
        """The number of the last entry about somebody's coming or going; as if the store were there."""
        return max(
            line.seq
            for line in await self.log(room)
            if who.person_id in {line.about_id, line.author_id} and line.kind in {kind, "stopped"}
        )

    async def _look(self, reader: Reader, room: str) -> None:
        what = self.dice.choice(["read", "unread", "open", "close", "typing"])
        frame: dict[str, Any] = {"type": what, "discussion": room, "id": new_id()}
        if what == "typing":
            frame["on"] = True
        elif what in {"read", "unread"}:
            frame["seq"] = self.dice.randrange(1, 40)
        reader.say(**frame)

    async def _sign_out(self) -> None:
        who, token = self.dice.choice(self.tokens)
        node = self.dice.choice(self.nodes)
        identity = await sign_in.identify(node.site, bearer=token)
        if identity is not None and (who, token) in self.tokens:
            self.tokens.remove((who, token))
            await sign_in.sign_out(node.site, identity)
            await self._new_token(who)

    async def _lose_the_store(self) -> None:
        self.weather.store_is_away = True
        for _ in range(self.dice.randrange(200)):
            await asyncio.sleep(0)
        self.weather.store_is_away = False

    async def _new_token(self, who: Identity) -> None:
        self.tokens.append((who, await factories.token(self.nodes[0].site, who)))

    # What must be true

    def _open(self) -> list[Reader]:
        return [reader for reader in self.readers if reader.closed is None]

    async def astray(self) -> list[str]:
        """Who does not follow exactly what she is in, up to its end."""
        inside, heads = await self.circles(), {}
        for room in self.rooms:
            heads[room] = (await self.log(room))[-1].seq
        wrong = []
        for reader in self._open():
            for room in self.rooms:
                live = reader.node.hub.rooms.get(room)
                follows = live is not None and reader.connection in live.members
                should = (reader.who.person_id, room) in inside
                at = reader.streams[room].at if room in reader.streams else None
                name = f"{reader.who.login} on {reader.node.settings.node} in {room}"
                if follows != should or (live and reader.connection in live.behind):
                    wrong.append(f"{name}: follows {follows}, should {should}")
                elif should and live and live.head != heads[room]:
                    wrong.append(f"{name}: the room is at {live.head} of {heads[room]}")
                elif should and at not in {None, heads[room]}:
                    wrong.append(f"{name}: she is at {at} of {heads[room]}")
        return wrong

    async def unanswered(self) -> list[str]:
        """The posts that nobody has answered, of those who are still there."""
        return [
            str(frame)
            for reader, frame in self.posts
            if frame["id"] not in reader.answers and reader.closed is None
        ]

    async def miscounted(self) -> list[str]:
        """Whose last count of a discussion, or of all, is not the store's."""
        inside = await self.circles()
        async with self.database.read() as session:
            totals = await through(session, counts_for, [who.person_id for who in self.people])
            unread = await through(session, unread_in, sorted(inside))
        wrong = []
        for reader in self._open():
            told = [frame for frame in reader.frames if frame["type"] == "unread"]
            for person, room in inside:
                if person == reader.who.person_id:
                    last = next((f for f in reversed(told) if f["discussion"] == room), None)
                    if last is None or (last["unread"], last["read_seq"]) != unread[person, room]:
                        wrong.append(f"{reader.who.login}: {last}, not {unread[person, room]}")
            if told and told[-1]["count"] != totals[reader.who.person_id]:
                wrong.append(f"{reader.who.login}: {told[-1]['count']}, not {totals[reader.who.person_id]}")
        return wrong

    async def circles(self) -> set[tuple[str, str]]:
        """The (person, discussion) pairs of those who are in."""
        statement = participation.select().where(participation.c.state == "active")
        async with self.database.read() as session:
            rows = await (await session.connection()).execute(statement)
            return {(row.person_id, row.message_id) for row in rows}

    async def log(self, room: str) -> list[ReadLine]:
        """The whole log of a room, whatever the weather."""
        async with self.plain.read() as session:
            return await through(session, missing_lines, room, 0, 2**31 - 1, 100_000)

    def sight(self, who: Identity, room: str, log: list[ReadLine]) -> set[int]:
        """What this person may have seen of a log at one time or another."""
        seen: set[int] = set()
        first = 1 if self.began[room] & {who.person_id} else None
        for line in log:
            if line.kind == "added" and line.about_id == who.person_id:
                first = 1 if self.shared[room, line.seq] else line.seq
            elif first is not None and who.person_id == (
                line.about_id
                if line.kind == "removed"
                else line.author_id
                if line.kind == "stopped"
                else None
            ):
                seen |= set(range(first, line.seq))
                first = None
        return seen | (set(range(first, len(log) + 1)) if first is not None else set())

    async def everybody_writes(self) -> None:
        """One more reply in every room, by somebody who is in it."""
        writers: list[tuple[Reader, str]] = []
        for person, room in {room: (person, room) for person, room in await self.circles()}.values():
            who = next(one for one in self.people if one.person_id == person)
            reader = Reader(self.dice.choice(self.nodes), who, self.weather, self.out)
            self.readers.append(reader)
            reader.hello({})
            await wait_for(lambda one=reader: one.connection.welcomed, "welcome")  # type: ignore[misc]
            writers.append((reader, room))
        # Only now, so that everybody is told counts of every room after her welcome.
        for reader, room in writers:
            await self._post(reader, room)


@pytest.fixture(params=range(6))
def seed(request: pytest.FixtureRequest) -> int:
    """What everything that is left to chance is drawn from."""
    number: int = request.param
    return number


@pytest.fixture
async def life(settings: Settings, seed: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Life]:
    """A life that begins."""
    for module in (catching_up, joining, repairs, counts):
        monkeypatch.setattr(module, "RETRY_AFTER", 0.02)
    life = Life(settings, Weather(seed))
    await life.begin()
    with capture_logs() as logs:
        yield life
        await life.end()
    assert [line for line in logs if line["log_level"] == "error"] == []


async def test_after_bad_weather_everything_is_whole(life: Life) -> None:
    """Order, bounds, acks, circles and counts are right on every node, and nothing is left of who has gone."""
    await life.go_on(STEPS)
    await life.calm_down()
    await settled(life.astray, "everybody follows what she is in")
    await life.everybody_writes()
    await settled(life.astray, "everybody has what was written last")
    await settled(life.miscounted, "everybody has the store's counts")
    await settled(life.unanswered, "every post is answered, also those that changed nothing")
    assert life.faults == []
    assert [fault for reader in life.readers for fault in reader.faults] == []
    await check_answers(life)
    await check_bounds(life)
    for reader in life.readers:
        reader.leave()
    for node in life.nodes:
        hub = node.hub
        await wait_for(lambda hub=hub: not hub.rooms and not hub.people, "the hub is empty")  # type: ignore[misc, arg-type]


async def settled(question: Callable[[], Awaitable[list[str]]], what: str) -> None:
    """Wait until nothing is wrong any more; else say what is."""
    wrong: list[str] = []

    async def nothing_is_wrong() -> bool:
        wrong[:] = await question()
        return not wrong

    try:
        await wait_for(nothing_is_wrong, what, 15)
    except AssertionError:
        raise AssertionError(f"not so: {what}: {wrong}") from None


async def check_answers(life: Life) -> None:
    """Every ack names a line that is stored as it was sent; nothing is stored twice or without being sent."""
    lines = {(room, line.seq): line for room in life.rooms for line in await life.log(room)}
    for reader, frame in life.posts:
        answer = reader.answers.get(frame["id"])
        if answer and answer["type"] == "ack":
            line = lines[answer["discussion"], answer["seq"]]
            assert (line.client_id, line.body) == (frame["client_id"], frame["body"])
            assert line.author_id == reader.who.person_id
    ids = [line.client_id for line in lines.values() if line.client_id]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {frame["client_id"] for _, frame in life.posts}
    for room in life.rooms:
        assert [line.seq for line in await life.log(room)] == list(range(1, len(await life.log(room)) + 1))


async def check_bounds(life: Life) -> None:
    """Whatever anybody was told of a log is what is stored there, and lies within her bounds."""
    for room in life.rooms:
        log = await life.log(room)
        for reader in life.readers:
            sight = life.sight(reader.who, room, log)
            for frame in reader.frames:
                if frame["type"] == "entry" and frame["discussion"] == room:
                    line = log[frame["seq"] - 1]
                    assert (frame["body"], frame["kind"]) == (line.body, line.kind)
                    assert line.seq in sight, f"{reader.who.login} saw {line.seq}"
