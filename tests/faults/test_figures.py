"""What breaks is seen on `/metrics` while it is broken, and again when it is mended."""

import httpx

from tests.faults.shape import Shape
from tests.faults.talk import talk_on
from tests.nodes import ServerProcess
from tests.waiting import wait_for
from tests.web.test_metrics import Scrape


async def test_store_and_bus_away(two_nodes_on_own_postgres: Shape) -> None:
    """PostgreSQL frozen and Redis killed: both are told, and the reply that was refused; then all is well."""
    running = two_nodes_on_own_postgres
    node = running.nodes[0]
    assert running.postgres
    assert running.redis
    talk = await talk_on(running.database_url)
    await tells(node, parley_store_up=1, parley_bus_up=1)
    async with talk.client(node) as http:
        assert (await talk.post(http)).status_code == 201
        running.redis.kill()
        await tells(node, parley_store_up=1, parley_bus_up=0)
        running.postgres.freeze()
        try:
            await tells(node, parley_store_up=0)
            assert (await talk.post(http)).status_code == 503
        finally:
            running.postgres.thaw()
    running.redis.start()
    await tells(node, parley_store_up=1, parley_bus_up=1)


async def tells(node: ServerProcess, **figures: float) -> None:
    """Wait until a scrape says so."""
    async with httpx.AsyncClient(base_url=node.url, timeout=10) as http:

        async def is_told() -> bool:
            told = Scrape((await http.get("/metrics")).text)
            return all(told.sum(name) == value for name, value in figures.items())

        await wait_for(is_told, f"{figures} on /metrics", 15)
