"""One round: people talk, come and go on a running shape while a test breaks something; then all of it is checked.

How to write a row of the faults:

    async def test_something_breaks(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
        async with Round(seed, two_nodes) as round_:
            async with round_.under_way():                  # everybody talks until the block ends
                for _ in range(6 if is_long else 1):
                    await round_.passes(1, 2)               # that many seconds, as the dice say
                    with round_.fault("north is killed"):   # counted, told in the story of a failure
                        two_nodes.nodes[0].kill()
                    await round_.restart(two_nodes.nodes[0])
                    measured("all live", await round_.all_live(within=15))
            await round_.check()                            # heals, settles, asserts I1 to I8

Everything that is left to chance comes from `seed`: who says what, who comes and goes, who reconnects where, and
`round_.dice` for the test's own choices. The number of a failed round is in the test's name:
`pytest tests/faults --seed NUMBER -k NAME` runs it again. With `--rounds` a row runs in its long form (`is_long`).
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from random import Random
from typing import Any, Self

from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.conftest import SECRET
from tests.faults.chatter import Chatter
from tests.faults.circle import Circle
from tests.faults.footprint import Footprint, established, footprint
from tests.faults.invariants import Evidence, check
from tests.faults.journal import Frame
from tests.faults.shape import Shape
from tests.nodes import ServerProcess
from tests.waiting import wait_for

log = logging.getLogger(__name__)

FAITHFUL = ("alice", "bob", "carol", "dave")
WANDERERS = ("erin", "frank")
MARKS = ("Moonflower", "Starfruit")
"""Words of every body and of every subject, that occur nowhere else."""
MOST_WAITING = 25
"""Somebody whose replies do not arrive stops writing at so many."""
LETTERS = "aeinorstué à ß 字 😀 <&>*_`\n"
LETS_GO_WITHIN = 15.0
"""Seconds in which a server has let go of connections that are over."""


class Round:
    """People on a shape. `pinned`: each keeps to one node, in turn; else they reconnect wherever the dice say.

    The first discussion has wanderers who are removed, added and stop; in the second everybody stays.
    """

    def __init__(self, seed: int, shape: Shape, *, pinned: bool = False) -> None:
        self.shape = shape
        self.dice = Random(f"{seed} faults")
        self.people: dict[str, Identity] = {}
        self.tokens: dict[str, str] = {}
        self.rooms: list[str] = []
        self.circle: Circle
        self.chatters: list[Chatter] = []
        self.faults = 0
        self.away: set[ServerProcess] = set()
        """Nodes that are known to be down, as a load balancer knows it."""
        self._seed = seed
        self._pinned = pinned
        self._before: dict[ServerProcess, Footprint] = {}
        self._began = time.monotonic()

    async def __aenter__(self) -> Self:
        await self._gather_people()
        await self.shape.start()
        for node in self.shape.nodes:
            self._before[node] = await footprint(node)
        for place, login in enumerate((*FAITHFUL, *WANDERERS)):
            self.join(login, self._nodes_of(place) if self._pinned else self.live_urls)
        await self.all_live(within=15)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._leave()

    # Who is there

    def join(self, login: str, urls: Callable[[], Sequence[str]]) -> Chatter:
        """Somebody connects, by any of these addresses."""
        dice = Random(f"{self._seed} {login} {len(self.chatters)}")
        chatter = Chatter(self.people[login], self.tokens[login], self.rooms, urls, dice)
        self.chatters.append(chatter)
        return chatter

    def live_urls(self) -> list[str]:
        """Where one may connect at the moment."""
        return [node.live_url for node in self.shape.nodes if node not in self.away]

    def on(self, node: ServerProcess) -> list[Chatter]:
        """Who has her live connection there, of those who stay in all discussions."""
        return [
            chatter
            for chatter in self.chatters
            if chatter.is_live
            and chatter.who.login in FAITHFUL
            and chatter.journal.connections[-1].url == node.live_url
        ]

    def errors(self) -> list[Frame]:
        """Every refusal of a reply that anybody was told."""
        return [error for one in self.chatters for sent in one.journal.sent.values() for error in sent.errors]

    # What happens

    @asynccontextmanager
    async def under_way(self) -> AsyncIterator[None]:
        """Everybody talks, and the wanderers come and go, until the block ends."""
        doing: list[Coroutine[Any, Any, None]] = [self._talk(chatter) for chatter in self.chatters]
        tasks = [asyncio.create_task(one) for one in [*doing, self._wander()]]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            ended = await asyncio.gather(*tasks, return_exceptions=True)
        for error in ended:
            if isinstance(error, BaseException) and not isinstance(error, asyncio.CancelledError):
                raise error

    async def passes(self, least: float, most: float) -> None:
        """Some seconds pass; how many, the dice say."""
        await asyncio.sleep(self.dice.uniform(least, most))

    @contextmanager
    def fault(self, what: str) -> Iterator[None]:
        """Something is broken here: it is counted, and named if the test fails."""
        self.faults += 1
        self.tell(f"fault {self.faults}: {what}")
        yield

    def tell(self, what: str) -> None:
        """Add a line to the story of this round."""
        log.warning("seed %s, %.2f s: %s", self._seed, time.monotonic() - self._began, what)

    async def restart(self, node: ServerProcess) -> None:
        """Start a node that is down; it begins anew."""
        await node.start()
        self.away.discard(node)
        self._before[node] = await footprint(node)

    async def _talk(self, chatter: Chatter) -> None:
        dice = Random(f"{self._seed} {chatter.who.login} talks")
        for number in range(1_000_000):
            await asyncio.sleep(dice.uniform(0.03, 0.2))
            room, body = dice.choice(self.rooms), _words(dice, number)
            insists = dice.random() < 0.8
            if len(chatter.waiting) < MOST_WAITING:
                await chatter.say(room, body, insists=insists)
            if dice.random() < 0.3:
                await chatter.read(room)

    async def _wander(self) -> None:
        dice = Random(f"{self._seed} wanders")
        while True:
            await asyncio.sleep(dice.uniform(0.2, 0.8))
            await self.circle.turn(dice)

    # What is waited for

    async def all_live(self, within: float) -> float:
        """Wait until the server answers everybody on a connection of hers; gives back the seconds."""
        began = time.monotonic()
        try:
            await asyncio.wait_for(asyncio.gather(*(one.answered() for one in self.chatters)), within)
        except TimeoutError:
            lost = [(one.who.login, one.journal.connections[-1]) for one in self.chatters if not one.is_live]
            raise AssertionError(f"not everybody is live after {within} s: {lost}") from None
        return time.monotonic() - began

    async def all_served(self, within: float) -> float:
        """Wait until everybody who stays has a new reply acknowledged; gives back the seconds."""
        faithful = [chatter for chatter in self.chatters if chatter.who.login in FAITHFUL]
        sent = [await chatter.say(self.rooms[1], f"{MARKS[0]} and so on") for chatter in faithful]
        return await took(
            lambda: all(one.acks for one in sent), "a new reply of everybody is acknowledged", within
        )

    async def heard_on(self, node: ServerProcess, within: float) -> float:
        """Wait until everybody on a node has what somebody on the same node says; gives back the seconds."""
        speaker, *others = self.on(node)
        assert others, f"nobody listens on {node.folder.name}"
        sent = await speaker.say(self.rooms[1], f"{MARKS[0]} to the neighbours")
        return await took(
            lambda: sent.acks and all(one.seen(self.rooms[1]) >= sent.acks[0]["seq"] for one in others),
            f"the others on {node.folder.name} hear it",
            within,
        )

    async def says(self, node: ServerProcess, readiness: tuple[int, str], within: float) -> float:
        """Wait until `/readyz` of a node says this; gives back the seconds."""
        began = time.monotonic()

        async def is_said() -> bool:
            return await self.shape.readiness(node) == readiness

        await wait_for(is_said, f"{node.folder.name} says {readiness}", within)
        return time.monotonic() - began

    async def quiet(self) -> None:
        """Wait until everybody has an answer to everything and has all that is stored."""
        for chatter in self.chatters:
            await chatter.settled()
        await self.caught_up(within=30)

    async def caught_up(self, within: float) -> float:
        """Wait until everybody who is in has everything that is stored now; gives back the seconds."""
        logs = await self.shape.logs(self.rooms)
        lacking = [
            (chatter, room, len(log))
            for room, log in logs.items()
            for chatter in self.chatters
            if self._is_in(chatter, room, log)
        ]
        return await took(
            lambda: all(chatter.seen(room) >= head for chatter, room, head in lacking),
            "everybody has what was stored",
            within,
        )

    def _is_in(self, chatter: Chatter, room: str, log: Sequence[Any]) -> bool:
        if room != self.circle.discussion:
            return True
        stays = self.circle.stays(chatter.who, log)
        return bool(stays) and stays[-1].last is None

    # How it ends

    async def check(self) -> None:
        """Wait until everything is settled, find out what is unknown, let everybody go, and assert I1 to I8."""
        self.tell("calm")
        await self.all_live(within=30)
        for chatter in self.chatters:
            chatter.find_out()
        await self.quiet()
        await self._leave()
        check(await self.evidence())

    async def evidence(self) -> Evidence:
        """What this round leaves behind, once everybody has gone."""
        for node in self.shape.nodes:
            await _nobody_connected(node)
        return Evidence(
            journals=[chatter.journal for chatter in self.chatters],
            logs=await self.shape.logs(self.rooms),
            circles=[self.circle],
            footprints=[(self._before[node], await footprint(node)) for node in self.shape.nodes],
            written={node.folder.name: node.all_output() for node in self.shape.nodes},
            starts={node.folder.name: node.starts for node in self.shape.nodes},
            faults=self.faults,
            marks=MARKS,
            complaints=[fault for chatter in self.chatters for fault in chatter.faults],
        )

    async def _leave(self) -> None:
        await asyncio.gather(*(chatter.leave() for chatter in self.chatters))

    async def _gather_people(self) -> None:
        settings = Settings.model_validate({"database_url": self.shape.database_url, "secret": SECRET})
        database = Database(self.shape.database_url)
        async with contextlib.AsyncExitStack() as stack:
            stack.push_async_callback(database.close)
            site = Site(settings, database, announce=lambda _: None, throttle=Throttle(enabled=False))
            everybody = await factories.people(site, *FAITHFUL, *WANDERERS)
            self.people = {who.login: who for who in everybody}
            self.tokens = {who.login: await factories.token(site, who) for who in everybody}
            alice, erin = self.people["alice"], self.people["erin"]
            faithful, wanderers = everybody[1 : len(FAITHFUL)], everybody[len(FAITHFUL) :]
            for to in ([*faithful, erin], [*faithful, *wanderers]):
                subject, body = f"{MARKS[1]} {len(self.rooms)}", f"{MARKS[0]} to begin with"
                self.rooms.append(await factories.discussion(site, alice, to, body, subject=subject))
        self.circle = Circle(
            discussion=self.rooms[0],
            author=alice,
            first=[*faithful, erin],
            wanderers=wanderers,
            with_history={who.login: self.dice.random() < 0.5 for who in wanderers},
            tokens=self.tokens,
            urls=lambda: [node.url for node in self.shape.nodes if node not in self.away],
        )

    def _nodes_of(self, place: int) -> Callable[[], list[str]]:
        node = self.shape.nodes[place % len(self.shape.nodes)]
        return lambda: [node.live_url]


async def took(condition: Callable[[], object], what: str, within: float) -> float:
    """Wait for something and give back how many seconds it took."""
    began = time.monotonic()
    await wait_for(lambda: bool(condition()), what, within)
    return time.monotonic() - began


async def _nobody_connected(node: ServerProcess) -> None:
    what = f"{node.folder.name} has let go of all connections"
    await wait_for(lambda: not established(node.port), what, LETS_GO_WITHIN)


def _words(dice: Random, number: int) -> str:
    length = dice.choice((0, 10, 40, 200, 1500))
    return f"{MARKS[0]} {number} {''.join(dice.choices(LETTERS, k=length))}."
