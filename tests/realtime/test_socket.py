"""Connecting to the live socket: who may, hello and welcome, closes, bad input, limits."""

import itertools
import json

import pytest
from sqlalchemy import text
from websockets.exceptions import InvalidStatus

from app import people, sign_in
from realtime import inbound
from tests import factories
from tests.realtime.clients import Frame
from tests.realtime.world import World
from tests.waiting import wait_for


async def test_welcome_says_who_and_how(world: World) -> None:
    """The answer to hello has every field of the contract."""
    bob = await world.live("bob")
    welcome = bob.frames[0]
    assert welcome["type"] == "welcome"
    assert welcome["person"]["id"] == world.people["bob"].person_id
    assert welcome["person"]["name"] == "Bob"
    assert welcome["unread"] == 1
    assert welcome["ping_every"] == 25
    assert welcome["limits"] == {"frame": 262144, "body": 20000, "attachments": 20}
    assert {"connection", "node", "time"} <= welcome.keys()
    assert bob.socket.subprotocol == "parley.v1"
    assert bob.socket.response
    assert "permessage-deflate" not in bob.socket.response.headers.get("Sec-WebSocket-Extensions", "")


async def test_a_cookie_signs_in_too(world: World) -> None:
    """A browser connects with its session and its own origin."""
    cookies = await factories.signed_in(world.site, world.people["bob"])
    headers = {"Cookie": f"parley={cookies['parley']}", "Origin": world.node.url}
    bob = await world.raw(None, headers=headers)
    await bob.send(type="hello")
    await bob.expect("welcome")


async def test_nobody_is_closed_with_4401(world: World) -> None:
    """A browser cannot see a 401, so the connection is accepted and then closed."""
    await (await world.raw(None)).expect_close(4401)


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1"])
async def test_a_foreign_origin_is_refused_before_the_upgrade(world: World, origin: str) -> None:
    """403, even with good credentials."""
    with pytest.raises(InvalidStatus) as refused:
        await world.raw("bob", headers={"Origin": origin})
    assert refused.value.response.status_code == 403


async def test_no_hello_in_time(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A connection that says nothing is closed with 4401."""
    monkeypatch.setattr(inbound, "HELLO_WITHIN", 0.05)
    await (await world.raw("bob")).expect_close(4401)


@pytest.mark.parametrize("first", ['{"type":"ping","n":1}', "nonsense", '{"type":"hello","resume":5}'])
async def test_a_first_frame_that_is_not_hello(world: World, first: str) -> None:
    """Closed with 4400."""
    bob = await world.raw("bob")
    await bob.socket.send(first)
    await bob.expect_close(4400)


@pytest.mark.parametrize("frame", ["nonsense", '{"type":"dance","id":"7"}', '{"type":"open"}', "[]"])
async def test_bad_frames_are_told_and_the_connection_stays(world: World, frame: str) -> None:
    """`bad_frame` says what was wrong."""
    bob = await world.live("bob")
    await bob.socket.send(frame)
    error = await bob.expect("error", code="bad_frame")
    assert error["detail"]
    await bob.quiet()


async def test_a_binary_frame_is_a_bad_frame(world: World) -> None:
    """Only text frames are spoken."""
    bob = await world.live("bob")
    await bob.socket.send(b'{"type":"ping","n":1}')
    await bob.expect("error", code="bad_frame")


async def test_too_many_bad_frames(world: World) -> None:
    """After ten in a minute the connection is closed with 4400."""
    bob = await world.live("bob")
    for _ in range(11):
        await bob.socket.send("nonsense")
    await bob.expect_close(4400)
    assert len([frame for frame in bob.frames if frame["type"] == "error"]) == 10


async def test_hello_twice_is_a_bad_frame(world: World) -> None:
    """One hello per connection."""
    bob = await world.live("bob")
    await bob.send(type="hello")
    await bob.expect("error", code="bad_frame")


@pytest.mark.parametrize("frame", [b'{"type":"ping","n":"\xff"}', b"\xff\xfe", b'{"type":"ping"} \xc3'])
async def test_invalid_utf8_is_closed(world: World, frame: bytes) -> None:
    """A text frame that is not UTF-8 ends the connection with 4400, wherever in it the wrong byte stands."""
    bob = await world.live("bob")
    await bob.socket.send(frame, text=True)
    await bob.expect_close(4400)


@pytest.mark.parametrize("size", [262_145, 3_000_000])
async def test_a_frame_that_is_too_large(world: World, size: int) -> None:
    """Closed with 4413, and the client gets to see it."""
    bob = await world.live("bob")
    await bob.socket.send("x" * size)
    await bob.expect_close(4413)


async def test_a_frame_of_the_largest_size_is_read(world: World) -> None:
    """256 KiB are still a frame; its body is too long then."""
    bob = await world.live("bob")
    fields = {"type": "post", "id": "1", "discussion": world.discussion, "client_id": "c", "body": ""}
    fields["body"] = "x" * (262_144 - len(json.dumps(fields)))
    await bob.send(**fields)
    await bob.expect("error", id="1", code="invalid_body")


async def test_ping_and_pong(world: World) -> None:
    """`n` comes back as it was."""
    bob = await world.live("bob")
    await bob.send(type="ping", n=41)
    await bob.expect("pong", n=41)


async def test_at_most_twenty_connections_of_one_person(world: World) -> None:
    """The newest is refused with 4429; the others stay, and there is room again when one leaves."""
    twenty = [await world.live("bob") for _ in range(20)]
    await (await world.raw("bob")).expect_close(4429)
    await twenty[0].quiet()
    await twenty.pop().close()
    hub = world.node.app.state.node.hub
    await wait_for(lambda: len(hub.people[world.people["bob"].person_id]) == 19, "one has left")
    await world.live("bob")


async def test_a_session_that_ends(world: World) -> None:
    """Signing out closes the connections of that session with 4403, and no others."""
    site = world.site
    signed = await factories.signed_in(site, world.people["bob"])
    with_cookie = await world.raw(
        None, headers={"Cookie": f"parley={signed['parley']}", "Origin": world.node.url}
    )
    await with_cookie.send(type="hello")
    await with_cookie.expect("welcome")
    other = await world.live("bob")
    who = await sign_in.identify(site, cookie=signed["parley"])
    assert who
    await sign_in.sign_out(site, who)
    await with_cookie.expect_close(4403)
    await other.quiet()


async def test_a_suspended_person(world: World) -> None:
    """Suspending closes every connection of hers with 4403, and she does not get in again."""
    bob = await world.live("bob")
    await people.suspend(world.site, "bob")
    await bob.expect_close(4403)
    await (await world.raw("bob")).expect_close(4401)


async def test_a_draining_node_says_so(world: World) -> None:
    """`drain` names the seconds; who stays is closed with 1012."""
    bob = await world.live("bob")
    await world.node.stop()
    drain = await bob.expect("drain")
    assert drain["within"] > 0
    await bob.expect_close(1012)


async def test_frames_that_come_too_fast(world: World) -> None:
    """`rate_limited` names when to go on, and the connection stays."""
    bob = await world.live("bob")
    numbers = itertools.count()

    async def refused() -> Frame | None:
        for _ in range(200):
            await bob.send(type="ping", n=next(numbers))
        return next((frame for frame in bob.frames if frame["type"] == "error"), None)

    error = await wait_for(refused, "it is too fast for the server")
    assert error["code"] == "rate_limited"
    assert error["retry_after"] > 0


async def test_nothing_is_left_of_a_lost_connection(world: World) -> None:
    """Rooms, people and tasks are back where they were."""
    hub = world.node.app.state.node.hub
    clients = [await world.live(login) for login in ("alice", "bob", "bob")]
    await clients[0].ask(type="open", discussion=world.discussion)
    for client in clients:
        await client.close()
    await wait_for(lambda: not hub.people and not hub.rooms, "the hub is empty")


async def test_the_store_is_away_at_connecting(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """503 with advice when to try again, and no line in the log for each who tries."""
    async with world.node.app.state.node.database.write() as session:
        await session.execute(text("ALTER TABLE access_token RENAME TO away"))
    with pytest.raises(InvalidStatus) as refused:
        await world.raw("bob")
    assert refused.value.response.status_code == 503
    assert int(refused.value.response.headers["Retry-After"]) > 0
    assert "handshake" not in caplog.text
