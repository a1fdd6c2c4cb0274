"""`/metrics`: its figures are what was done, and they are for those who run the site."""

import asyncio
import contextlib
import os
import signal
from functools import partial
from pathlib import Path

import httpx
import pytest
from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse_openmetrics
from prometheus_client.parser import text_string_to_metric_families

from app.meters import Spread
from store.columns import new_id
from tests import factories
from tests.conftest import SECRET, NodeFactory
from tests.nodes import RunningNode, ServerProcess
from tests.realtime.clients import LiveClient
from tests.servers import RedisServer, workers_of
from tests.waiting import PATIENCE, wait_for
from tests.web.authority import SECRETS, World

READERS, REPLIES = 5, 40


class Scrape:
    """The figures of one scrape; labels other than `process` choose among those of a name."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._samples = [
            sample for family in text_string_to_metric_families(text) for sample in family.samples
        ]

    def sum(self, name: str, **labels: str) -> float:
        """What all samples with this name and these labels come to; there must be one."""
        found = [s.value for s in self._samples if s.name == name and labels.items() <= s.labels.items()]
        assert found, f"no {name} with {labels}"
        return sum(found)


async def scrape(client: httpx.AsyncClient) -> Scrape:
    """Read `/metrics` as Prometheus does."""
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")
    return Scrape(answer.text)


async def test_figures_are_what_was_done(node: RunningNode) -> None:
    """After a burst of replies: so many stored, so many delivered, each commit timed, a repeat and a refusal."""
    site = node.site
    alice, *others = await factories.people(site, "alice", *(f"reader{n}" for n in range(READERS - 1)))
    room = await factories.discussion(site, alice, others)
    clients = [
        await LiveClient.welcomed(node.live_url, await factories.token(site, who), {room: 1})
        for who in (alice, *others)
    ]
    for client in clients:
        await client.expect("resumed")
    client_ids = [new_id() for _ in range(REPLIES)]
    await asyncio.gather(*(clients[0].post(room, "Hello.", client_id) for client_id in client_ids))
    assert (await clients[0].post(room, "Hello.", client_ids[0]))["repeated"]
    assert (await clients[0].post(new_id(), "Hello."))["code"] == "not_found"
    for client in clients:
        await wait_for(partial(_has_all, client, room), "everybody has every reply")
    async with node.client() as http:
        figures = await scrape(http)
        assert figures.sum("parley_replies_total", outcome="stored") == REPLIES
        assert figures.sum("parley_replies_total", outcome="repeated") == 1
        assert figures.sum("parley_replies_total", outcome="not_found") == 1
        assert figures.sum("parley_deliveries_total") == REPLIES * READERS
        assert figures.sum("parley_batch_replies_sum") == REPLIES + 2
        commits = figures.sum("parley_batch_replies_count")
        assert figures.sum("parley_commit_seconds_count") == commits
        # The commits that stored something were also told.
        assert figures.sum("parley_delivery_lag_seconds_count") == commits - 2
        assert figures.sum("parley_connections") == READERS
        assert figures.sum("parley_people") == READERS
        assert figures.sum("parley_rooms") == 1
        assert figures.sum("parley_resumes_total", how="complete") == READERS
        for client in clients:
            await client.close()

        async def all_closed() -> Scrape | None:
            figures = await scrape(http)
            return figures if figures.sum("parley_closes_total", code="1000") == READERS else None

        figures = await wait_for(all_closed, "every close is counted")
    assert figures.sum("parley_connections") == figures.sum("parley_rooms") == 0


def _has_all(client: LiveClient, room: str) -> bool:
    return len(client.entries(room)) == REPLIES


async def test_process_and_state_are_told(node: RunningNode) -> None:
    """CPU, memory and descriptors of the process; that the store answers, the bus is well and nothing drains."""
    async with node.client() as http:
        figures = await scrape(http)
    assert figures.sum("process_resident_memory_bytes") > 10_000_000
    assert figures.sum("process_cpu_seconds_total") > 0
    assert figures.sum("process_open_fds") > 3
    assert figures.sum("parley_node_info", node=node.settings.node) == 1
    assert figures.sum("parley_store_up") == figures.sum("parley_bus_up") == 1
    assert figures.sum("parley_draining") == figures.sum("parley_replies_waiting") == 0


async def test_unknown_close_codes_share_a_series(node: RunningNode) -> None:
    """A client may close with whatever code it likes; it makes no series of its own."""
    site = node.site
    token = await factories.token(site, await factories.person(site, "alice"))
    for code in (4000, 4999, 3000):
        client = await LiveClient.welcomed(node.live_url, token)
        await client.socket.close(code)
    async with node.client() as http:

        async def counted() -> bool:
            return (await scrape(http)).sum("parley_closes_total", code="other") == 3

        await wait_for(counted, "three other closes are counted")
        assert "4999" not in (await scrape(http)).text


async def test_two_nodes_of_one_process_count_apart(sqlite_url: str, node_factory: NodeFactory) -> None:
    """Nothing is shared at the level of a module."""
    one, two = [await node_factory(sqlite_url) for _ in range(2)]
    site = one.site
    alice = await factories.person(site, "alice")
    client = await LiveClient.welcomed(one.live_url, await factories.token(site, alice))
    async with one.client() as http, two.client() as other:
        assert (await scrape(http)).sum("parley_connections") == 1
        assert (await scrape(other)).sum("parley_connections") == 0
    await client.close()


async def test_openmetrics_where_it_is_asked_for(node: RunningNode) -> None:
    """What Prometheus prefers is given, and is valid."""
    async with node.client() as http:
        answer = await http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert {"parley_replies", "process_cpu_seconds"} <= {f.name for f in parse_openmetrics(answer.text)}  # type: ignore[no-untyped-call]


@pytest.mark.parametrize(
    "header",
    [
        ("X-Forwarded-For", "127.0.0.1"),
        ("X-Forwarded-Proto", "https"),
        ("X-Real-IP", "127.0.0.1"),
        ("Forwarded", "for=127.0.0.1"),
        ("Via", "1.1 proxy"),
        ("Host", "parley.example.org"),
    ],
)
async def test_what_a_proxy_hands_on_is_not_from_here(node: RunningNode, header: tuple[str, str]) -> None:
    """A request that a reverse proxy on this machine hands on needs an operator's token."""
    site = node.site
    member, operator = (
        await factories.person(site, "alice"),
        await factories.person(site, "o", role="operator"),
    )
    async with node.client() as http:
        http.headers.update([header])
        assert (await http.get("/metrics")).status_code == 401
        for who, status in ((member, 403), (operator, 200)):
            http.headers["Authorization"] = f"Bearer {await factories.token(site, who)}"
            assert (await http.get("/metrics")).status_code == status


async def test_no_content_and_no_names(node: RunningNode) -> None:
    """Neither what people write nor who they are is among the figures."""
    world = await World(node.site).populate()
    target = await world.target()
    client = await LiveClient.welcomed(node.live_url, world.tokens["author"])
    assert (await client.post(target.discussion, SECRETS[0]))["type"] == "ack"
    async with node.client() as http:
        text = (await scrape(http)).text
    for word in (*SECRETS, target.discussion, *(who.person_id for who in world.people.values())):
        assert word not in text
    await client.close()


async def test_several_processes_are_told_together(
    tmp_path: Path, postgresql_url: str, redis_server: RedisServer
) -> None:
    """One scrape of a port behind which there are two processes has the figures of both, also after a crash."""
    environment = {"PARLEY_DATABASE_URL": postgresql_url, "PARLEY_REDIS_URL": redis_server.url}
    server = ServerProcess({**environment, "PARLEY_SECRET": SECRET, "WEB_CONCURRENCY": "2"}, tmp_path)
    await server.start()
    try:
        async with httpx.AsyncClient(base_url=server.url, timeout=PATIENCE) as http:

            async def told_of_both() -> Scrape | None:
                figures = await scrape(http)
                return figures if figures.sum("parley_process_up") == 2 else None

            figures = await wait_for(told_of_both, "both processes tell their figures")
            for process in ("1", "2"):
                assert figures.sum("process_resident_memory_bytes", process=process) > 10_000_000
                assert figures.sum("parley_connections", process=process) == 0
            victim = min(workers_of(server.pid))
            os.kill(victim, signal.SIGKILL)

            async def both_tell() -> bool:
                with contextlib.suppress(httpx.HTTPError):
                    figures = await scrape(http)
                    return figures.sum("parley_process_up") == 2 and victim not in workers_of(server.pid)
                return False

            await wait_for(both_tell, "the process that took its place tells its figures", 40)
    finally:
        server.kill()


def test_a_value_on_a_bound_is_within_it() -> None:
    """As Prometheus has it: a bucket holds what is less than or equal to its bound."""
    spread = Spread((1, 2, 4))
    for value in (1, 2, 2, 3, 4, 5):
        spread.observe(value)
    assert spread.counts == [1, 2, 2, 1]
    assert spread.sum == 17
