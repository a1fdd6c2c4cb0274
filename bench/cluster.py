"""Two nodes on PostgreSQL and Redis: what a delivery costs each of them, against one node alone.

The processor time of each node is what is compared: with fewer cores than processes, deliveries per second would
measure how the processes share them.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

import msgspec

from bench.crowd import connect, leave
from bench.live import ROUNDS
from bench.load import Checked
from bench.machine import Cores
from bench.row import Row, at_least, at_most
from bench.server import Process, Site
from bench.talk import Room, post_to_parley
from tests.servers import PostgresServer, RedisServer

PART_OF_ONE = 0.7
"""Of one node's deliveries per second, for each of two (qualities.md)."""
LISTENERS = 100
FEW = 10
IN_FLIGHT = 32


class Spread(msgspec.Struct, frozen=True):
    """A discussion, with so many of its people on each of the nodes."""

    discussion: str
    nodes: list[Process]
    people: list[list[str]]


async def two_nodes(folder: Path, cores: Cores, replies: int) -> list[Row]:
    """A room spread over both nodes."""
    with _cluster() as environment:
        site = Site(folder, cores, environment)
        people = (
            [f"one{number:03}" for number in range(LISTENERS)],
            [f"two{number:03}" for number in range(LISTENERS)],
        )
        site.import_people(
            {"all": [*people[0], *people[1]], "first": people[0], "few": [*people[0], *people[1][:FEW]]}
        )
        with site.serving(PARLEY_NODE="one") as one, site.serving(PARLEY_NODE="two") as two:
            alone = await _cost(site, Spread(_talk(site, one, "first"), [one], [people[0]]), replies)
            both = await _cost(site, Spread(_talk(site, one, "all"), [one, two], list(people)), replies)
            few = await _cost(
                site, Spread(_talk(site, one, "few"), [one, two], [people[0], people[1][:FEW]]), replies
            )
    parts = [alone[0] / cost for cost in both]
    detail = {"alone_us": alone, "both_us": both, "few_on_the_second_us": few}
    return [
        at_least(
            "two nodes: each one's deliveries per second of its core, against one node's",
            round(min(parts), 2),
            PART_OF_ONE,
            "times",
            **detail,
        ),
        at_most(
            f"two nodes: the second one's work with {FEW} participants, against {LISTENERS}",
            round(few[1] * FEW / (both[1] * LISTENERS), 2),
            1,
            "times",
        ),
    ]


def _talk(site: Site, server: Process, group: str) -> str:
    return site.send_to_group(server, group, "one000")


async def _cost(site: Site, spread: Spread, replies: int) -> list[float]:
    """Each node's processor time per delivery to its own people, in µs."""
    clients = []
    for node, people in zip(spread.nodes, spread.people, strict=True):
        clients.append(await connect(node, [site.tokens[login] for login in people]))
    checked = Checked()
    everybody = [client for on_node in clients for client in on_node]
    for client in everybody:
        client.checked = checked
    room = Room(spread.discussion, everybody, post_to_parley)
    await room.keep_in_flight(2 * IN_FLIGHT, IN_FLIGHT)
    before = [node.cpu() for node in spread.nodes]
    for _ in range(ROUNDS):
        await room.keep_in_flight(replies, IN_FLIGHT)
    used = [node.cpu() - cpu for node, cpu in zip(spread.nodes, before, strict=True)]
    await leave(everybody)
    return [
        seconds / (ROUNDS * replies * len(people)) * 1e6
        for seconds, people in zip(used, spread.people, strict=True)
    ]


@contextlib.contextmanager
def _cluster() -> Iterator[dict[str, str]]:
    postgres, redis = PostgresServer(durable=True), RedisServer()
    try:
        postgres.start()
        redis.start()
        yield {"PARLEY_DATABASE_URL": postgres.create_database("bench"), "PARLEY_REDIS_URL": redis.url}
    finally:
        redis.remove()
        postgres.remove()
