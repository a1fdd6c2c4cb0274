"""One round: people talk, come and go on a running shape while a test breaks something; then all of it is checked.

How to write a row of the faults:

    async def test_something_breaks(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
        async with talking(seed, two_nodes) as round_:      # everybody talks until the block ends
            for _ in range(6 if is_long else 1):
                await round_.passes(1, 2)                   # that many seconds, as the dice say
                with round_.fault("north is killed"):       # counted, told in the story of a failure
                    two_nodes.nodes[0].kill()
                await round_.restart(two_nodes.nodes[0])
                measured("all live", await round_.all_live(within=15))
                                                            # then it heals, settles, and asserts I1 to I8

Everything that is left to chance comes from `seed`: who says what, who comes and goes, who reconnects where, and
`round_.dice` for the test's own choices. The number of a failed round is in the test's name:
`pytest tests/faults --seed NUMBER -k NAME` runs it again. With `--rounds` a row runs in its long form (`is_long`).
"""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from random import Random
from typing import Any, Self

from tests.faults.chatter import Chatter
from tests.faults.footprint import Footprint, established, footprint
from tests.faults.invariants import Evidence, check
from tests.faults.journal import Frame
from tests.faults.recovering import Recovering
from tests.faults.shape import Shape
from tests.faults.town import FAITHFUL, MARKS, WANDERERS, found, words
from tests.nodes import ServerProcess
from tests.waiting import finish, wait_for

log = logging.getLogger(__name__)

MOST_WAITING = 25
"""Somebody whose replies do not arrive stops writing at so many."""
LETS_GO_WITHIN = 15.0
"""Seconds in which a server has let go of connections that are over."""


class Round(Recovering):
    """People on a shape. `pinned`: each keeps to one node, in turn; else they reconnect wherever the dice say.

    The first discussion has wanderers who are removed, added and stop; in the second everybody stays.
    """

    def __init__(self, seed: int, shape: Shape, *, pinned: bool = False) -> None:
        self.shape = shape
        self.dice = Random(f"{seed} faults")
        self.chatters: list[Chatter] = []
        self.faults = 0
        self.away: set[ServerProcess] = set()
        """Nodes that are known to be down, as a load balancer knows it."""
        self._seed = seed
        self._pinned = pinned
        self._before: dict[ServerProcess, Footprint] = {}
        self._began = time.monotonic()

    async def __aenter__(self) -> Self:
        self.town = await found(self.shape.database_url, self.dice, self.urls)
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
        chatter = Chatter(self.town.people[login], self.tokens[login], self.rooms, urls, dice)
        self.chatters.append(chatter)
        return chatter

    def live_urls(self) -> list[str]:
        """Where one may connect at the moment."""
        return [node.live_url for node in self.shape.nodes if node not in self.away]

    def urls(self) -> list[str]:
        """Where one may ask at the moment."""
        return [node.url for node in self.shape.nodes if node not in self.away]

    @property
    def rooms(self) -> list[str]:
        """The discussions: the first with people who come and go, the second without."""
        return self.town.rooms

    @property
    def tokens(self) -> dict[str, str]:
        """The access tokens by login."""
        return self.town.tokens

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
            room, body = dice.choice(self.rooms), words(dice, number)
            insists = dice.random() < 0.8
            if len(chatter.waiting) < MOST_WAITING:
                await chatter.say(room, body, insists=insists)
            if dice.random() < 0.3:
                await chatter.read(room)

    async def _wander(self) -> None:
        dice = Random(f"{self._seed} wanders")
        while True:
            await asyncio.sleep(dice.uniform(0.2, 0.8))
            # Nobody would know of a deed that the server does after all.
            await finish(self.town.circle.turn(dice))

    # How it ends

    async def check(self) -> None:
        """Wait until everything is settled, find out what is unknown, let everybody go, and assert I1 to I8."""
        fates = Counter(sent.fate for one in self.chatters for sent in one.journal.sent.values())
        self.tell(f"calm; {dict(fates)}, {len(self.errors())} refusals, {len(self.town.circle.deeds)} deeds")
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
        footprints = [(before, await _shrunk(node, before)) for node, before in self._before.items()]
        return Evidence(
            journals=[chatter.journal for chatter in self.chatters],
            logs=await self.shape.logs(self.rooms),
            circles=[self.town.circle],
            footprints=footprints,
            written={node.folder.name: node.all_output() for node in self.shape.nodes},
            starts={node.folder.name: node.starts for node in self.shape.nodes},
            faults=self.faults,
            marks=MARKS,
            complaints=[fault for chatter in self.chatters for fault in chatter.faults],
        )

    async def _leave(self) -> None:
        await asyncio.gather(*(chatter.leave() for chatter in self.chatters))

    def _nodes_of(self, place: int) -> Callable[[], list[str]]:
        node = self.shape.nodes[place % len(self.shape.nodes)]
        return lambda: [node.live_url]


@asynccontextmanager
async def talking(seed: int, shape: Shape, *, pinned: bool = False) -> AsyncIterator[Round]:
    """A round in which everybody talks until the block ends, and everything is checked after that."""
    async with Round(seed, shape, pinned=pinned) as round_:
        async with round_.under_way():
            yield round_
        await round_.check()


async def _nobody_connected(node: ServerProcess) -> None:
    what = f"{node.folder.name} has let go of all connections"
    await wait_for(lambda: not established(node.port), what, LETS_GO_WITHIN)


async def _shrunk(node: ServerProcess, before: Footprint) -> Footprint:
    """What a server holds once the work that was still under way is done; with all that it keeps if it keeps some."""
    looks: list[Footprint] = []

    async def has_let_go() -> bool:
        looks.append(await footprint(node))
        return not looks[-1].growth_since(before)

    with suppress(AssertionError):
        await wait_for(has_let_go, f"{node.folder.name} holds no more than before", LETS_GO_WITHIN)
    return looks[-1]
