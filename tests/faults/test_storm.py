"""Everything at once: nodes, Redis and PostgreSQL break in any order, also while another is still away."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from tests.faults.conftest import Measured
from tests.faults.round import Round
from tests.faults.shape import Shape
from tests.faults.test_postgresql_away import terminate, the_postgres
from tests.faults.test_redis_away import command, the_redis

Break = Callable[["Storm"], Awaitable[None]]


class Storm:
    """What may break in a round on two nodes. Each breaks, stays away for a while, and is there again."""

    def __init__(self, round_: Round) -> None:
        self.round = round_
        self.shape = round_.shape
        self._turns = {name: asyncio.Lock() for name in ("node", "redis", "postgres")}

    async def node_killed(self) -> None:
        """One of the nodes; the other stays."""
        async with self._away("node", "a node is killed"):
            node = self.round.dice.choice(self.shape.nodes)
            node.kill()
            self.round.away.add(node)
            await self.round.passes(0, 2)
            if self.shape.postgres:
                async with self._turns["postgres"]:  # a node does not start without its database
                    await self.round.restart(node)

    async def redis_killed(self) -> None:
        """Killed and started again."""
        async with self._away("redis", "Redis is killed"):
            the_redis(self.shape).kill()
            await self.round.passes(0, 3)
            the_redis(self.shape).start()

    async def redis_frozen(self) -> None:
        """Frozen for some seconds."""
        async with self._away("redis", "Redis is frozen"):
            the_redis(self.shape).freeze()
            try:
                await self.round.passes(0.5, 5)
            finally:
                the_redis(self.shape).thaw()

    async def redis_clients_killed(self) -> None:
        """Its subscribers cut off."""
        async with self._away("redis", "the subscribers of Redis are killed"):
            command(the_redis(self.shape), "CLIENT KILL TYPE pubsub")

    async def backends_killed(self) -> None:
        """All connections to PostgreSQL ended."""
        async with self._away("postgres", "the backends of PostgreSQL are terminated"):
            await asyncio.to_thread(terminate, the_postgres(self.shape), 200)

    async def postgres_killed(self) -> None:
        """Killed and started again."""
        async with self._away("postgres", "PostgreSQL is killed"):
            await asyncio.to_thread(the_postgres(self.shape).kill)
            await self.round.passes(0, 2)
            await asyncio.to_thread(the_postgres(self.shape).start)

    async def postgres_frozen(self) -> None:
        """Frozen for some seconds."""
        async with self._away("postgres", "PostgreSQL is frozen"):
            the_postgres(self.shape).freeze()
            try:
                await self.round.passes(0.5, 4)
            finally:
                the_postgres(self.shape).thaw()

    @asynccontextmanager
    async def _away(self, what: str, story: str) -> AsyncIterator[None]:
        async with self._turns[what]:
            with self.round.fault(story):
                yield
            self.round.tell(f"over: {story}")


BREAKS: tuple[Break, ...] = (
    Storm.node_killed,
    Storm.node_killed,
    Storm.redis_killed,
    Storm.redis_frozen,
    Storm.redis_clients_killed,
    Storm.backends_killed,
    Storm.postgres_killed,
    Storm.postgres_frozen,
)


async def test_storm(two_nodes_on_own_postgres: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Two things break at the same time, again and again; when all is well, nothing is lost and all are served."""
    async with Round(seed, two_nodes_on_own_postgres) as round_:
        storm = Storm(round_)
        async with round_.under_way():
            for _ in range(6 if is_long else 1):
                together = round_.dice.sample(BREAKS, 2)
                await asyncio.gather(*(breaks(storm) for breaks in together))
                measured("all live, s", await round_.all_live(within=15))
                measured("back, s", await round_.all_served(within=15))
        await round_.check()
