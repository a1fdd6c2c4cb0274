"""What people do at random on three nodes: come and go, write, read, add and remove each other, sign out."""

import asyncio
from collections import defaultdict
from collections.abc import Coroutine
from typing import Any

from app import participants, sign_in
from app.drafts import Address
from app.errors import ParleyError
from app.settings import Settings
from app.site import Identity
from store.columns import new_id
from store.database import StoreUnavailable
from tests.realtime.reader import Frame, Reader
from tests.realtime.three_nodes import ThreeNodes
from tests.realtime.weather import Weather
from tests.waiting import wait_for

AT_ONCE = 6
"""Things that go on at the same time."""


class Life(ThreeNodes):
    """What happens to five people on three nodes, and what they know of it."""

    def __init__(self, settings: Settings, weather: Weather) -> None:
        super().__init__(settings, weather)
        self.readers: list[Reader] = []
        self.resumable: dict[str, dict[str, int]] = {}
        self.posts: list[tuple[Reader, Frame]] = []
        self.shared: dict[tuple[str, int], bool] = {}
        """Whether an `added` entry came with the history."""
        self.out: dict[tuple[str, str], int] = {}
        """Who was acknowledged to be out, and since which entry."""
        self.faults: list[str] = []
        self._turns: defaultdict[tuple[str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
        self._doing: set[asyncio.Task[None]] = set()

    def online(self) -> list[Reader]:
        """Who is connected."""
        return [reader for reader in self.readers if reader.closed is None]

    async def go_on(self, steps: int) -> None:
        """So many things happen, some of them at the same time."""
        for _ in range(steps):
            await self._do(self._something())
            for _ in range(self.dice.randrange(6)):
                await asyncio.sleep(0)
        while self._doing:
            await asyncio.wait(self._doing)

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

    async def end(self) -> None:
        """Everybody leaves, and every node ends in order."""
        for reader in self.readers:
            reader.leave()
        await super().end()

    # What happens

    def _something(self) -> Coroutine[Any, Any, None]:
        reader = self.dice.choice([*self.online(), None])
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
            same = [one for one in self.online() if one.who.person_id == first.who.person_id]
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
                self.shared[room, await self.last(who, room, "added")] = share

    async def _remove(self, who: Identity, room: str) -> None:
        node, actor = self.dice.choice(self.nodes), self.dice.choice(self.people)
        async with self._turns[who.person_id, room]:
            await participants.remove(node.site, actor, room, who.person_id)
            self.out[who.person_id, room] = await self.last(who, room, "removed")

    async def _stop(self, who: Identity, room: str) -> None:
        node = self.dice.choice(self.nodes)
        async with self._turns[who.person_id, room]:
            await participants.stop(node.site, who, room)
            self.out[who.person_id, room] = await self.last(who, room, "stopped")

    async def _look(self, reader: Reader, room: str) -> None:
        what = self.dice.choice(["read", "unread", "open", "close", "typing"])
        frame: Frame = {"type": what, "discussion": room, "id": new_id()}
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
            await self.new_token(who)

    async def _lose_the_store(self) -> None:
        self.weather.store_is_away = True
        for _ in range(self.dice.randrange(200)):
            await asyncio.sleep(0)
        self.weather.store_is_away = False
