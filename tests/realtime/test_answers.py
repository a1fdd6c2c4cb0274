"""How frames are answered: by their id, and told what is wrong with them."""

import pytest

from tests.realtime.world import World


@pytest.mark.parametrize(
    "command",
    [
        {"type": "read", "seq": 1},
        {"type": "unread", "seq": 1},
        {"type": "open"},
        {"type": "typing", "on": True},
        {"type": "close"},
    ],
)
async def test_an_id_is_answered_with_done(world: World, command: dict[str, object]) -> None:
    """Each of the five commands answers `done` with its id, and says nothing without one."""
    bob = await world.live("bob")
    assert await bob.ask(discussion=world.discussion, **command) == {"type": "done", "id": "ask-1"}
    await bob.send(discussion=world.discussion, **command)
    await bob.ask(type="read", discussion=world.discussion, seq=1)
    assert [frame["id"] for frame in bob.frames if frame["type"] == "done"] == ["ask-1", "ask-2"]


async def test_unknown_fields_are_ignored(world: World) -> None:
    """A later version of a client may say more than this server knows."""
    bob = await world.live("bob")
    answer = await bob.ask(type="read", discussion=world.discussion, seq=1, mood="good")
    assert answer["type"] == "done"


async def test_a_bad_frame_with_an_id_is_answered_with_it(world: World) -> None:
    """So that a client knows which of its frames was wrong."""
    bob = await world.live("bob")
    answer = await bob.ask(type="read", discussion=world.discussion, seq="one")
    assert answer["code"] == "bad_frame"
    assert "seq" in answer["detail"]


@pytest.mark.parametrize("field", ["id", "client_id", "discussion"])
async def test_a_name_that_cannot_be_written_back(world: World, field: str) -> None:
    """Lone surrogates outside of a body are a bad frame, and the connection stays."""
    bob = await world.live("bob")
    frame = {"id": "1", "discussion": world.discussion, "client_id": "c", "body": "x", field: "\ud800"}
    await bob.send(type="post", **frame)
    await bob.expect("error", code="bad_frame")
    await bob.send(type="ping", n="\ud800")
    await bob.expect("error", code="bad_frame")
    await bob.quiet()


async def test_a_draining_node_takes_nobody_in(world: World) -> None:
    """A new connection is closed with 1012 and goes elsewhere."""
    world.node.app.state.node.hub.drain(1)
    await (await world.raw("bob")).expect_close(1012)
