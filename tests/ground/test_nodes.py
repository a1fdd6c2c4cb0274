"""The tests' own nodes: in this process, and as real processes that come back on their port."""

import httpx

from tests.conftest import NodeFactory, ProcessFactory
from tests.nodes import RunningNode
from tests.servers import RedisServer


async def test_node_answers(node: RunningNode) -> None:
    """A node in the test's event loop serves HTTP."""
    async with node.client() as client:
        assert (await client.get("/healthz")).status_code == 200


async def test_two_nodes_share_one_store(
    node_factory: NodeFactory, postgresql_url: str, redis_server: RedisServer
) -> None:
    """Two whole nodes live in one process, on one database and one Redis."""
    for _ in range(2):
        node = await node_factory(postgresql_url, redis_url=redis_server.url)
        async with node.client() as client:
            assert (await client.get("/readyz")).json() == {"status": "ok"}


async def test_process_comes_back_on_its_port(process_factory: ProcessFactory, sqlite_url: str) -> None:
    """`parley serve` says where it is, can be killed, and is found at the same address again."""
    process = await process_factory(sqlite_url)
    url = process.url
    process.kill()
    await process.start()
    assert process.url == url
    async with httpx.AsyncClient(base_url=url) as client:
        assert (await client.get("/healthz")).status_code == 200
    process.terminate()
