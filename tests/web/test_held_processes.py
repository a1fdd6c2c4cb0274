"""Held messages of a process that is killed: they leave all the same, once, or stay taken back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from app import mailbox
from app.drafts import Address, DraftFields, count_drafts, count_waiting, create
from app.settings import Settings
from app.site import Identity, Site
from app.throttle import Throttle
from store.database import Database
from tests import factories
from tests.app.departing import falls_due
from tests.conftest import SECRET, ProcessFactory
from tests.nodes import ServerProcess
from tests.servers import RedisServer
from tests.waiting import PATIENCE, wait_for

LEFT_WITHIN = 25.0
"""Seconds, far above those in which a node looks (`app.letting_go.LOOK_SECONDS`), on a machine that does much else."""


async def held_by(
    process: ServerProcess, site: Site, author: Identity, to: Identity, **wish: float | str
) -> str:
    """A message that this process holds for so many seconds, or until a time."""
    fields = DraftFields(subject="Trip", body="Hello.", to=[Address("person", to.person_id)])
    draft = (await create(site, author, fields)).id
    async with _client(process, await factories.token(site, author)) as client:

        async def send() -> httpx.Response | None:
            answer = await client.post(f"/api/messages/{draft}/send", json=wish)
            return answer if answer.status_code != 503 else None

        # The store has less than two seconds for an answer: a busy machine may need another try.
        assert (await wait_for(send, "the store is there")).status_code == 202
    return draft


@pytest.fixture
async def own_site(database_url: str) -> AsyncIterator[Site]:
    """What the tests themselves see and do in the store of the processes."""
    settings = Settings.model_validate({"database_url": database_url, "secret": SECRET})
    database = Database(database_url)
    yield Site(settings, database, announce=lambda events: None, throttle=Throttle())
    await database.close()


async def test_the_next_process_lets_it_go(
    process_factory: ProcessFactory, own_site: Site, database_url: str
) -> None:
    """A process is killed with messages on their way; the one that is started after it sends each once."""
    alice, bob = await factories.people(own_site, "alice", "bob")
    process = await process_factory(database_url)
    held = [await held_by(process, own_site, alice, bob, hold=60) for _ in range(3)]
    process.kill()
    assert (await mailbox.unread(own_site, bob)).count == 0
    for message_id in held:
        await falls_due(own_site, message_id, own_site.now() + timedelta(seconds=1))
    await process_factory(database_url)
    await _all_left(own_site, bob, 3)
    assert len((await mailbox.box(own_site, alice, "sent")).items) == 3
    assert await count_drafts(own_site, alice) == 0


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_a_node_beside_it_lets_it_go(
    process_factory: ProcessFactory, own_site: Site, database_url: str, redis_server: RedisServer
) -> None:
    """Of two nodes one is killed: the other sends what it held, except what was taken back there."""
    alice, bob = await factories.people(own_site, "alice", "bob")
    one, other = [await process_factory(database_url, PARLEY_REDIS_URL=redis_server.url) for _ in range(2)]
    for _ in range(2):
        await held_by(one, own_site, alice, bob, hold=2)
    taken_back = await held_by(one, own_site, alice, bob, hold=60)
    one.kill()
    async with _client(other, await factories.token(own_site, alice)) as client:
        back = await client.delete(f"/api/messages/{taken_back}/send")
    assert back.json()["state"] == "draft"
    await _all_left(own_site, bob, 2)
    assert await count_drafts(own_site, alice) == 1


async def test_whose_time_came_while_nobody_was_there(
    process_factory: ProcessFactory, own_site: Site, database_url: str
) -> None:
    """Sent later, killed, and due meanwhile: the process that is started next sends it, once; others wait on."""
    alice, bob = await factories.people(own_site, "alice", "bob")
    process = await process_factory(database_url)
    [soon, *_] = [await held_by(process, own_site, alice, bob, at=_ahead(hours=n)) for n in (1, 2, 3)]
    process.kill()
    await falls_due(own_site, soon, own_site.now() - timedelta(hours=1))
    await process_factory(database_url)
    await _all_left(own_site, bob, 1)
    assert await count_waiting(own_site, alice) == 2
    assert [row.id for row in (await mailbox.box(own_site, alice, "sent")).items] == [soon]


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
async def test_two_nodes_send_each_at_its_time_once(
    process_factory: ProcessFactory, own_site: Site, database_url: str, redis_server: RedisServer
) -> None:
    """Both look for what is due, one is killed while they do: everybody has each message once."""
    alice, bob = await factories.people(own_site, "alice", "bob")
    one, other = [await process_factory(database_url, PARLEY_REDIS_URL=redis_server.url) for _ in range(2)]
    all_six = [
        await held_by((one, other)[number % 2], own_site, alice, bob, at=_ahead(hours=1))
        for number in range(6)
    ]
    for message in all_six:
        await falls_due(own_site, message)
    one.kill()
    await _all_left(own_site, bob, 6)
    assert len((await mailbox.box(own_site, alice, "sent")).items) == 6
    assert await count_waiting(own_site, alice) == 0


def _ahead(**time: float) -> str:
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


async def _all_left(site: Site, reader: Identity, count: int) -> None:
    async def left() -> bool:
        return (await mailbox.unread(site, reader)).count == count

    await wait_for(left, "all messages leave", LEFT_WITHIN)


def _client(process: ServerProcess, token: str) -> httpx.AsyncClient:
    return httpx.AsyncClient(
        base_url=process.url, headers={"Authorization": f"Bearer {token}"}, timeout=PATIENCE
    )
