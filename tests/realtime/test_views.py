"""Changes of one's own view, as one's other tabs are told; nobody else is."""

import asyncio
import os
import sys
from datetime import timedelta

from sqlalchemy import update

from app.deleting import delete
from app.filing import Deed, move, set_trashed, to_many
from app.folders import create
from store.columns import table_of
from store.tables import Participation
from tests import factories
from tests.conftest import NodeFactory
from tests.realtime.world import World, make_world
from tests.servers import RedisServer

participation = table_of(Participation)


async def test_one_s_tabs_are_told_what_is_kept_otherwise(world: World) -> None:
    """Which discussions, and the counts after that; new folders too. Others hear nothing of it."""
    bob = world.people["bob"]
    tabs, alice = [await world.live("bob"), await world.live("bob")], await world.live("alice")
    folder = await create(world.site, bob, "Work")
    for tab in tabs:
        assert (await tab.expect("view", tree=True))["discussions"] == []
    await move(world.site, bob, world.discussion, folder.id)
    for tab in tabs:
        told = await tab.expect("view", discussions=[world.discussion])
        assert (told["count"], told["folders"]) == (1, {folder.id: 1})
    await set_trashed(world.site, bob, world.discussion, trashed=True)
    for tab in tabs:
        told = await tab.expect("view", count=0)
        assert (told["discussions"], told["folders"]) == ([world.discussion], {})
    await alice.quiet()
    assert "view" not in {frame["type"] for frame in alice.frames}


async def test_a_reply_tells_that_the_folder_counts_it(world: World) -> None:
    """It is back from the trash, and the count of its folder comes with its own."""
    bob = world.people["bob"]
    folder = await create(world.site, bob, "Work")
    await move(world.site, bob, world.discussion, folder.id)
    await set_trashed(world.site, bob, world.discussion, trashed=True)
    tab, alice = await world.live("bob"), await world.live("alice")
    assert tab.frames[0]["unread"] == 0
    await alice.post(world.discussion, "Are you there?")
    told = await tab.expect("unread", unread=2)
    assert (told["count"], told["folders"]) == (1, {folder.id: 1})


async def test_many_changes_come_together(world: World) -> None:
    """One frame names them all."""
    alice, bob = world.people["alice"], world.people["bob"]
    rooms = [await factories.discussion(world.site, alice, [bob]) for _ in range(3)]
    tab = await world.live("bob")
    await to_many(world.site, bob, rooms, Deed("mute"))
    told = await tab.expect("view")
    assert (set(told["discussions"]), told["count"]) == (set(rooms), 1)


async def test_who_deletes_is_told_so(world: World) -> None:
    """The others see that she has left."""
    bob, alice = await world.live("bob"), await world.live("alice")
    await delete(world.site, world.people["bob"], world.discussion)
    gone = await bob.expect("gone", discussion=world.discussion)
    assert gone["why"] == "deleted"
    assert (await alice.expect("entry", seq=2))["kind"] == "stopped"
    await bob.quiet()
    assert "entry" not in {frame["type"] for frame in bob.frames}


async def test_views_and_deletions_reach_other_nodes(
    postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """What one does on one node is told on the other."""
    nodes = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    world = await make_world(nodes[0])
    tab = await world.live("bob", node=nodes[1])
    await set_trashed(world.site, world.people["bob"], world.discussion, trashed=True)
    assert (await tab.expect("view", discussions=[world.discussion]))["count"] == 0
    await delete(world.site, world.people["bob"], world.discussion)
    assert (await tab.expect("gone", discussion=world.discussion))["why"] == "deleted"
    for client in world.clients:
        await client.close()


async def test_what_the_worker_deletes_is_told(
    postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """The trash empties itself in a process of its own; who looks on is told by a node at once."""
    world = await make_world(await node_factory(postgresql_url, redis_url=redis_server.url))
    bob = world.people["bob"]
    await set_trashed(world.site, bob, world.discussion, trashed=True)
    async with world.site.database.write() as session:
        long_ago = {"trashed_at": world.site.now() - timedelta(days=40)}
        mine = participation.c.person_id == bob.person_id
        await (await session.connection()).execute(update(participation).where(mine).values(long_ago))
    tab = await world.live("bob")
    settings = {"PARLEY_DATABASE_URL": postgresql_url, "PARLEY_REDIS_URL": redis_server.url}
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "web", "worker"),
        env={**os.environ, **settings, "PARLEY_SECRET": "a secret of the tests"},
        stdout=asyncio.subprocess.DEVNULL,
    )
    try:
        gone = await tab.expect("gone", timeout=30, discussion=world.discussion)
        assert gone["why"] == "deleted"
    finally:
        worker.terminate()
        await worker.wait()
        await tab.close()
