"""Who shows people on her pages is told when they change, come or go; nobody else is."""

import pytest

from app.own_settings import change
from realtime import comings, watching
from realtime.hub import Hub
from tests import factories
from tests.conftest import NodeFactory
from tests.realtime.clients import LiveClient
from tests.realtime.world import World, make_world
from tests.servers import RedisServer
from tests.waiting import wait_for


@pytest.fixture(autouse=True)
def _told_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comings, "GATHER", 0.1)
    monkeypatch.setattr(watching, "GATHER", 0.02)


def _hub(world: World) -> Hub:
    hub: Hub = world.node.app.state.node.hub
    return hub


async def _watches(world: World, client: LiveClient, *logins: str) -> None:
    people = [world.people[login].person_id for login in logins]
    assert (await client.ask(type="watch", people=people))["type"] == "done"


async def test_who_shows_somebody_is_told_that_she_changed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who watch her, once for several changes; neither the others nor what it was is told."""
    # That Carol came, whom Alice also watches, would be told together with it.
    monkeypatch.setattr(comings, "GATHER", 3600)
    bob, alice = world.people["bob"], await world.live("alice")
    carol = await world.live("carol")
    await _watches(world, alice, "bob", "carol")
    await _watches(world, carol, "alice")
    await change(world.site, bob, messaging=False)
    await change(world.site, bob, messaging=True)
    await alice.expect("people", changed=[bob.person_id])
    await carol.quiet()
    assert not [frame for frame in carol.frames if frame["type"] == "people"]


async def test_whoever_is_watched_later_is_told_what_just_changed(world: World) -> None:
    """A page may be rendered before a change and watch after it."""
    bob, alice = world.people["bob"], await world.live("alice")
    await change(world.site, bob, messaging=False)
    await _watches(world, alice, "bob")
    await alice.expect("people", changed=[bob.person_id])


async def test_what_is_no_longer_shown_is_not_told(world: World) -> None:
    """Each `watch` names all; a connection that is gone leaves nothing behind."""
    bob, alice, hub = world.people["bob"], await world.live("alice"), _hub(world)
    await _watches(world, alice, "bob")
    await _watches(world, alice, "carol")
    await change(world.site, bob, messaging=False)
    await change(world.site, world.people["carol"], shares_email=True)
    await alice.expect("people", changed=[world.people["carol"].person_id])
    await alice.close()
    await wait_for(lambda: not hub.watching.is_needed, "nobody is watched any more")


async def test_people_come_and_go(world: World) -> None:
    """Whoever shows somebody is told to look again, once she is there and once she is not."""
    bob, alice = world.people["bob"], await world.live("alice")
    await _watches(world, alice, "bob")
    there = await world.live("bob")
    await alice.expect("people", changed=[bob.person_id])
    second = await world.live("bob")
    await second.close()
    await there.close()
    await alice.expect("people", changed=[bob.person_id])
    assert [frame["type"] for frame in alice.frames].count("people") == 2


async def test_who_hides_comes_and_goes_unseen(world: World) -> None:
    """Nothing tells when she connects; she is told of the others as before."""
    bob, alice = world.people["bob"], await world.live("alice")
    await change(world.site, bob, hides_presence=True)
    await wait_for(lambda: _hub(world).discretion.hides(bob.person_id), "the node knows")
    await _watches(world, alice, "bob")
    await alice.expect("people")
    there = await world.live("bob")
    await _watches(world, there, "carol")
    await world.live("carol")
    await there.expect("people", changed=[world.people["carol"].person_id])
    await alice.quiet()
    assert [frame["type"] for frame in alice.frames].count("people") == 1


async def test_whom_one_may_not_write_to_is_not_seen_coming(world: World) -> None:
    """The rules hold for presence, too; what others may know of her is told all the same."""
    bob, alice, site = world.people["bob"], await world.live("alice"), world.site
    staff = await factories.group(site, "Staff", [world.people["carol"]])
    await factories.rule(site, staff, staff)
    await _watches(world, alice, "bob", "carol")
    await world.live("bob")
    await change(site, world.people["carol"], messaging=False)
    await alice.expect("people", changed=[world.people["carol"].person_id])
    await change(site, bob, messaging=False)
    await alice.expect("people", changed=[bob.person_id])


async def test_changes_and_comings_reach_other_nodes(
    postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """What happens on one node is told on the other."""
    nodes = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    world = await make_world(nodes[0])
    bob, alice = world.people["bob"], await world.live("alice", node=nodes[1])
    await _watches(world, alice, "bob")
    await change(world.site, bob, messaging=False)
    await alice.expect("people", changed=[bob.person_id])
    await change(world.site, bob, messaging=True)
    await alice.expect("people", changed=[bob.person_id])
    await world.live("bob")
    await alice.expect("people", changed=[bob.person_id])
    for client in world.clients:
        await client.close()


async def test_hiding_takes_effect_on_every_node(
    postgresql_url: str, redis_server: RedisServer, node_factory: NodeFactory
) -> None:
    """Who hides is no longer here in an open discussion, nor writing; who shows herself again is."""
    nodes = [await node_factory(postgresql_url, redis_url=redis_server.url) for _ in range(2)]
    world = await make_world(nodes[0])
    bob = world.people["bob"]
    alice, there = await world.live("alice", node=nodes[1]), await world.live("bob")
    for client in (alice, there):
        await client.ask(type="open", discussion=world.discussion)
    both = [{"id": one.person_id, "name": one.name} for one in (world.people["alice"], bob)]
    await alice.expect("presence", here=both)
    await change(world.site, bob, hides_presence=True)
    for client in (alice, there):
        await client.expect("presence", here=both[:1])
    await there.ask(type="typing", discussion=world.discussion, on=True)
    await change(world.site, bob, hides_presence=False)
    for client in (alice, there):
        await client.expect("presence", here=both)
    assert "typing" not in {frame["type"] for frame in alice.frames}
    for client in world.clients:
        await client.close()
