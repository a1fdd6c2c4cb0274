"""PostgreSQL is restarted, loses its backends, or freezes, while everybody talks on two nodes."""

import asyncio
import time

import httpx

from tests.faults.conftest import Measured
from tests.faults.journal import unanswered
from tests.faults.round import Round, talking
from tests.faults.shape import Shape
from tests.faults.town import MARKS
from tests.nodes import ServerProcess
from tests.servers import PostgresServer

CROWD = 40
"""Requests at once: several times as many as a node has connections to the store."""
BACK_WITHIN = 5.0
"""Seconds after which replies are stored again (the design's bound)."""


async def test_postgresql_restarted(
    two_nodes_on_own_postgres: Shape, seed: int, is_long: bool, refused_within: float, measured: Measured
) -> None:
    """Stopped or killed, and started again: refused with advice meanwhile, back within 5 s."""
    postgres = the_postgres(two_nodes_on_own_postgres)
    async with talking(seed, two_nodes_on_own_postgres) as round_:
        for _ in range(4 if is_long else 1):
            await round_.passes(0.3, 1)
            end = round_.dice.choice([postgres.kill, postgres.stop])
            with round_.fault(f"PostgreSQL ends by {end.__name__}"):
                await asyncio.to_thread(end)
            await is_refused(round_, measured, refused_within)
            await round_.passes(0, 2)
            await asyncio.to_thread(postgres.start)
            measured("back, s", await round_.all_served(BACK_WITHIN))
    in_time(round_, measured, refused_within)


async def test_backends_killed(
    two_nodes_on_own_postgres: Shape, seed: int, is_long: bool, refused_within: float, measured: Measured
) -> None:
    """`pg_terminate_backend` for one connection or all of them, again and again."""
    postgres = the_postgres(two_nodes_on_own_postgres)
    async with talking(seed, two_nodes_on_own_postgres) as round_:
        for _ in range(12 if is_long else 2):
            await round_.passes(0.1, 1)
            most = round_.dice.choice([1, 200])
            with round_.fault(f"up to {most} backends are terminated"):
                await asyncio.to_thread(terminate, postgres, most)
            measured("back, s", await round_.all_served(BACK_WITHIN))
    in_time(round_, measured, refused_within)


async def test_postgresql_frozen(
    two_nodes_on_own_postgres: Shape, seed: int, is_long: bool, refused_within: float, measured: Measured
) -> None:
    """PostgreSQL keeps its connections and says nothing: refused within 3 s, back within 5 s, nothing lost."""
    postgres = the_postgres(two_nodes_on_own_postgres)
    async with talking(seed, two_nodes_on_own_postgres) as round_:
        for _ in range(2 if is_long else 1):
            await round_.passes(0.3, 1)
            with round_.fault("PostgreSQL is frozen"):
                postgres.freeze()
            try:
                await everything_is_refused(round_, measured, refused_within)
                await is_refused(round_, measured, refused_within)
                await round_.passes(*((2, 8) if is_long else (0, 1)))
            finally:
                postgres.thaw()
            measured("back, s", await round_.all_served(BACK_WITHIN))
    in_time(round_, measured, refused_within)


async def is_refused(round_: Round, measured: Measured, within: float) -> None:
    """A reply over HTTP is refused in time and told when to try again, and `/readyz` says no, on every node."""
    await asyncio.gather(*(_is_refused_on(node, round_, measured, within) for node in round_.shape.nodes))


async def _is_refused_on(node: ServerProcess, round_: Round, measured: Measured, within: float) -> None:
    headers = {"Authorization": f"Bearer {round_.tokens['alice']}"}
    async with httpx.AsyncClient(base_url=node.url, headers=headers, timeout=10) as client:
        began = time.monotonic()
        reply = {"client_id": "never", "body": f"{MARKS[0]} in vain"}
        answer = await client.post(f"/api/discussions/{round_.rooms[1]}/replies", json=reply)
        took = time.monotonic() - began
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert int(answer.headers["retry-after"]) >= 1
    measured("refused over HTTP, s", took)
    assert took <= within
    await round_.says(node, (503, "unavailable"), within)


async def everything_is_refused(round_: Round, measured: Measured, within: float) -> None:
    """Many at once, more than there are connections to the store: none of them waits for longer than one."""
    [node, *_], room = round_.shape.nodes, round_.rooms[1]
    headers = {"Authorization": f"Bearer {round_.tokens['alice']}"}

    async def ask(client: httpx.AsyncClient, number: int) -> None:
        began = time.monotonic()
        if number % 4:
            answer = await client.get(f"/api/discussions/{room}/entries")
        else:
            reply = {"client_id": f"never {number}", "body": f"{MARKS[0]} in vain"}
            answer = await client.post(f"/api/discussions/{room}/replies", json=reply)
        took = time.monotonic() - began
        measured("one of many refused over HTTP, s", took)
        assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
        assert int(answer.headers["retry-after"]) >= 1
        assert took <= within

    async with httpx.AsyncClient(base_url=node.url, headers=headers, timeout=10) as client:
        await asyncio.gather(*(ask(client, number) for number in range(CROWD)))


def in_time(round_: Round, measured: Measured, within: float) -> None:
    """Every refusal came in time with advice, and no reply was left without an answer for longer."""
    for chatter in round_.chatters:
        for attempt in chatter.journal.attempts:
            if attempt.answer and attempt.answer.get("code") == "unavailable" and attempt.took:
                measured("refused on the socket, s", attempt.took)
                assert attempt.took <= within, attempt
                assert attempt.answer["retry_after"] >= 1, attempt
        assert not unanswered(chatter.journal, within)


def terminate(postgres: PostgresServer, most: int) -> None:
    """End up to so many of the backends that serve the nodes."""
    others = (
        "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    for pid in postgres.sql(others).split()[:most]:
        postgres.sql(f"SELECT pg_terminate_backend({pid})")


def the_postgres(shape: Shape) -> PostgresServer:
    """The PostgreSQL under a shape that may break its own."""
    assert shape.postgres
    return shape.postgres
