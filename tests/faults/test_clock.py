"""The clock of one of two nodes is an hour ahead or behind: order, limits and sessions are what they are without."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path

import httpx
import pytest

from app.sign_in import TRIES_PER_ACCOUNT
from tests import factories
from tests.faults.conftest import Measured
from tests.faults.round import talking
from tests.faults.shape import Shape, environment_of
from tests.faults.talk import Talk, site_on, talk_on
from tests.nodes import ServerProcess
from tests.realtime.clients import LiveClient
from tests.servers import RedisServer

AHEAD, BEHIND = "+3600s", "-3600s"
TOLERANCE = timedelta(seconds=20)


@pytest.fixture(params=[AHEAD, BEHIND], ids=["ahead", "behind"])
async def skewed(
    request: pytest.FixtureRequest, postgresql_url: str, own_redis: RedisServer, tmp_path: Path
) -> AsyncIterator[Shape]:
    """Two nodes, limits in force; the second one's clock is an hour off."""
    nodes = []
    for name, offset in (("north", None), ("south", request.param)):
        (tmp_path / name).mkdir()
        environment = environment_of(name, postgresql_url, own_redis) | {"PARLEY_RATE_LIMITS": "on"}
        if offset:
            environment |= clock_off_by(offset)
        nodes.append(ServerProcess(environment, tmp_path / name))
    async with Shape(postgresql_url, nodes, own_redis) as running:
        yield running


def clock_off_by(offset: str) -> dict[str, str]:
    """The variables that make a process believe in another time of day; how much time passes it knows."""
    found = sorted(Path("/usr/lib").glob("*/faketime/libfaketimeMT.so.1"))
    assert found, "libfaketime is missing: install faketime"
    return {
        "LD_PRELOAD": str(found[0]),
        "FAKETIME": offset,
        "FAKETIME_DONT_FAKE_MONOTONIC": "1",
        "DONT_FAKE_MONOTONIC": "1",
    }


async def test_order(skewed: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """Everybody talks, comes and goes through both nodes: every invariant holds."""
    async with talking(seed, skewed) as round_:
        await round_.passes(*((15, 20) if is_long else (2, 3)))
        node = round_.dice.choice(skewed.nodes)
        with round_.fault(f"{node.folder.name} is killed"):
            node.kill()
            round_.away.add(node)
        await round_.restart(node)
        measured("all live, s", await round_.all_live(within=15))
        await round_.passes(1, 2)


async def test_times(skewed: Shape) -> None:
    """The machines' clocks differ; replies and greetings are dated by the store's on both nodes."""
    talk = await talk_on(skewed.database_url)
    other = await talk_on(skewed.database_url, "carol", "dave")
    north, south = skewed.nodes
    for node, said in ((south, talk), (north, other)):
        async with said.client(node) as client:
            assert (await said.post(client)).status_code == 201
    assert abs(abs(await date_of(south) - await date_of(north)) - timedelta(hours=1)) < TOLERANCE
    for said in (talk, other):
        async with said.client(north) as client:
            last = (await client.get(f"/api/discussions/{said.discussion}/entries")).json()["items"][-1]
        assert abs(datetime.fromisoformat(last["at"]) - datetime.now(UTC)) < TOLERANCE
    for node in skewed.nodes:
        live = await LiveClient.welcomed(node.live_url, talk.tokens[0])
        told = datetime.fromisoformat(live.frames[0]["time"])
        assert abs(told - datetime.now(UTC)) < TOLERANCE
        await live.close()


async def test_sessions(skewed: Shape) -> None:
    """A sign-in through one node is good on the other, for as long, and its live connections stay."""
    talk = await talk_on(skewed.database_url)
    await give_password(skewed.database_url, talk)
    for here, there in (skewed.nodes, skewed.nodes[::-1]):
        async with httpx.AsyncClient(headers={"Sec-Fetch-Site": "same-origin"}) as browser:
            answer = await sign_in(browser, here, factories.PASSWORD)
            assert answer.status_code == 200
            [cookie] = browser.cookies.jar
            assert cookie.expires
            lasts = timedelta(seconds=cookie.expires - datetime.now(UTC).timestamp())
            assert abs(lasts - timedelta(days=90)) < TOLERANCE
            session = {"Cookie": f"parley={cookie.value}"}
            assert (await browser.get(f"{there.url}/api/session", headers=session)).status_code == 200
            live = await LiveClient.connect(there.live_url, None, headers=session)
            await live.send(type="hello")
            await live.expect("welcome")
            assert (await browser.delete(f"{here.url}/api/session", headers=session)).status_code == 204
            await live.expect_close(4403, timeout=1)


async def test_limits(skewed: Shape) -> None:
    """Wrong passwords through both nodes in turn: as many tries as through one, and no longer to wait."""
    talk = await talk_on(skewed.database_url)
    await give_password(skewed.database_url, talk)
    tries = TRIES_PER_ACCOUNT
    async with httpx.AsyncClient(headers={"Sec-Fetch-Site": "same-origin"}) as browser:
        for number in range(tries.amount):
            answer = await sign_in(browser, skewed.nodes[number % 2], "wrong")
            assert answer.status_code == 401, number
        for node in skewed.nodes:
            answer = await sign_in(browser, node, "wrong")
            assert answer.status_code == 429
            assert 0 < int(answer.headers["retry-after"]) <= tries.get_expiry()
    for node in skewed.nodes:
        live = await LiveClient.welcomed(node.live_url, talk.tokens[0])
        for _ in range(10):
            assert (await live.post(talk.discussion, "Not too fast."))["type"] == "ack"
        await live.close()


async def date_of(node: ServerProcess) -> datetime:
    """What the machine's own clock says there."""
    async with httpx.AsyncClient() as client:
        return parsedate_to_datetime((await client.get(f"{node.url}/healthz")).headers["date"])


async def sign_in(browser: httpx.AsyncClient, node: ServerProcess, password: str) -> httpx.Response:
    """Alice signs in."""
    return await browser.post(f"{node.url}/api/session", json={"login": "alice", "password": password})


async def give_password(url: str, talk: Talk) -> None:
    """Alice can sign in."""
    async with site_on(url) as site:
        await factories.give_password(site, talk.people[0])
