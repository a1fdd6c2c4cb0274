"""The name that a writer gives to her reply: the same one again is the same reply."""

import asyncio

import pytest

from store.columns import new_id
from tests.realtime.world import World


@pytest.mark.parametrize(("length", "answer"), [(64, "ack"), (65, "error"), (0, "error")])
async def test_how_long_a_client_id_may_be(world: World, length: int, answer: str) -> None:
    """1 to 64 characters."""
    bob = await world.live("bob")
    frame = {"discussion": world.discussion, "client_id": "c" * length, "body": "x"}
    assert (await bob.ask(type="post", **frame))["type"] == answer


async def test_the_same_client_id_is_stored_once(world: World) -> None:
    """Again: the first result with `repeated`; with another content: an error."""
    alice, bob = await world.live("alice"), await world.live("bob")
    first = await alice.post(world.discussion, "once", "id")
    again = await alice.post(world.discussion, "once", "id")
    assert (again["seq"], again["at"], again["repeated"]) == (first["seq"], first["at"], True)
    other = await alice.post(world.discussion, "twice", "id")
    assert (other["type"], other["code"]) == ("error", "client_id_reused")
    replying = await alice.post(world.discussion, "once", "id", reply_to=1)
    assert replying["code"] == "client_id_reused"
    await bob.quiet()
    assert bob.seqs(world.discussion) == [2]


async def test_the_same_client_id_many_times_at_once(world: World) -> None:
    """Ten retries in flight are one reply."""
    alice = await world.live("alice")
    acks = await asyncio.gather(*(alice.post(world.discussion, "once", "id") for _ in range(10)))
    assert {ack["seq"] for ack in acks} == {2}
    assert sorted(ack["repeated"] for ack in acks) == [False] + [True] * 9


async def test_a_known_client_id_with_other_attachments(world: World) -> None:
    """Attachments are part of what a reply is."""
    bob = await world.live("bob")
    assert (await bob.post(world.discussion, "as it was", "known", attachments=None))["type"] == "ack"
    assert (await bob.post(world.discussion, "as it was", "known", attachments=[]))["repeated"] is True
    reused = await bob.post(world.discussion, "as it was", "known", attachments=["x"])
    assert reused["code"] == "client_id_reused"


async def test_http_and_socket_are_one_log(world: World) -> None:
    """A reply posted by HTTP reaches the socket; its client_id is known there too."""
    bob = await world.live("bob")
    async with world.node.client(token=world.tokens["bob"]) as client:
        posted = await client.post(
            f"/api/discussions/{world.discussion}/replies", json={"client_id": "h", "body": "by HTTP"}
        )
        assert posted.status_code == 201
    await bob.expect("entry", client_id="h", seq=2)
    assert (await bob.post(world.discussion, "by HTTP", "h"))["repeated"] is True


async def test_a_writer_removed_meanwhile_learns_what_became_of_her_reply(world: World) -> None:
    """The known client_id is looked up before access."""
    bob = await world.live("bob")
    first = await bob.post(world.discussion, "mine", "id")
    await world.remove("bob")
    again = await bob.post(world.discussion, "mine", "id")
    assert (again["type"], again["seq"], again["repeated"]) == ("ack", first["seq"], True)


async def test_a_known_client_id_is_compared_before_access(world: World) -> None:
    """Removed meanwhile, with another body: `client_id_reused`, not `not_found`."""
    bob = await world.live("bob")
    await bob.post(world.discussion, "mine", "id")
    await world.remove("bob")
    assert (await bob.post(world.discussion, "other", "id"))["code"] == "client_id_reused"
    assert (await bob.post(new_id(), "mine", "id"))["code"] == "client_id_reused"
