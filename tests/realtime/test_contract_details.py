"""The small print of the live socket's contract, sentence by sentence, where no other test holds it."""

from collections.abc import Sequence

import pytest
from sqlalchemy import update

from app import participants
from app.drafts import Address
from store.columns import new_id, table_of
from store.entries import NewLine, append, lock_rooms
from store.tables import Participation
from tests.realtime.conftest import World

participation = table_of(Participation)


def address(world: World, login: str) -> Address:
    """Somebody to be added."""
    return Address("person", world.people[login].person_id)


async def write_log(world: World, bodies: Sequence[str]) -> None:
    """Replies of Alice that go into the store at once, and are not rung."""
    site, author = world.node.app.state.node.site, world.people["alice"].person_id
    lines = [NewLine(world.discussion, "reply", author, body, client_id=new_id()) for body in bodies]
    async with site.database.write() as session:
        await append(session, await lock_rooms(session, [world.discussion]), lines, site.now())


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


@pytest.mark.parametrize(("missing", "how"), [(500, "complete"), (501, "reset")])
async def test_five_hundred_missing_entries(world: World, missing: int, how: str) -> None:
    """Exactly five hundred are sent; with one more the client loads by HTTP, and the stream goes on after that."""
    await write_log(world, [f"line {number}" for number in range(missing)])
    bob = await world.live("bob", {world.discussion: 1})
    resumed = await bob.expect("resumed")
    assert (resumed["how"], resumed["head"]) == (how, missing + 1)
    assert bob.seqs(world.discussion) == (list(range(2, missing + 2)) if how == "complete" else [])
    alice = await world.live("alice")
    await alice.post(world.discussion, "live")
    await bob.expect("entry", seq=missing + 2)


@pytest.mark.parametrize(("last", "how"), [("x" * 4288, "complete"), ("x" * 4289, "reset")])
async def test_half_a_mebibyte_of_missing_entries(world: World, last: str, how: str) -> None:
    """512 KiB of bodies are sent, in UTF-8; a byte more is not."""
    assert 26 * 10_000 * 2 + 4288 == 512 * 1024
    await write_log(world, [*["é" * 10_000] * 26, last])
    bob = await world.live("bob", {world.discussion: 1})
    resumed = await bob.expect("resumed")
    assert resumed["how"] == how


async def test_two_hundred_discussions_may_be_resumed(world: World) -> None:
    """Each is answered; one more is a malformed first frame."""
    resume = {new_id(): 1 for _ in range(199)} | {world.discussion: 1}
    bob = await world.live("bob", resume)
    for discussion in resume:
        await bob.expect("resumed", discussion=discussion) if discussion == world.discussion else None
    told = {frame["discussion"]: frame["how"] for frame in bob.frames if frame["type"] == "resumed"}
    assert told == {one: "complete" if one == world.discussion else "gone" for one in resume}
    again = await world.raw("bob")
    await again.send(type="hello", resume=resume | {new_id(): 1})
    await again.expect_close(4400)


async def test_what_a_newcomer_is_told(world: World) -> None:
    """`added` with subject, head and unread; not her own `added` entry; then what follows that head."""
    carol, bob, alice = await world.live("carol"), await world.live("bob"), await world.live("alice")
    site = world.node.app.state.node.site
    await participants.add(
        site, world.people["alice"], world.discussion, [address(world, "carol")], share_history=True
    )
    told = {"type": "added", "discussion": world.discussion, "subject": "Lunch", "head": 2, "unread": 1}
    assert await carol.expect("added") == told
    await alice.post(world.discussion, "Welcome")
    assert (await carol.expect("entry"))["seq"] == 3
    assert carol.seqs(world.discussion) == [3]
    entry = await bob.expect("entry", seq=2)
    assert (entry["kind"], entry["author"]["name"], entry["about"]["name"]) == ("added", "Alice", "Carol")


async def test_others_see_who_was_removed_and_who_stopped(world: World) -> None:
    """Entries of the log like any other, which those who go do not get."""
    alice, bob, carol = await world.live("alice"), await world.live("bob"), await world.live("carol")
    site = world.node.app.state.node.site
    await participants.add(
        site, world.people["alice"], world.discussion, [address(world, "carol")], share_history=False
    )
    await carol.expect("added")
    await participants.remove(site, world.people["alice"], world.discussion, world.people["carol"].person_id)
    await participants.stop(site, world.people["bob"], world.discussion)
    removed, stopped = await alice.expect("entry", seq=3), await alice.expect("entry", seq=4)
    assert (removed["kind"], removed["about"]["name"]) == ("removed", "Carol")
    assert (stopped["kind"], stopped["author"]["name"]) == ("stopped", "Bob")
    assert (await bob.expect("gone"))["why"] == "stopped"
    assert bob.seqs(world.discussion) == [2, 3]
    assert carol.seqs(world.discussion) == []


async def test_coming_back_without_history_hides_what_one_saw(world: World) -> None:
    """Bounds begin anew with her own `added` entry, on the socket and by HTTP."""
    site = world.node.app.state.node.site
    await participants.remove(site, world.people["alice"], world.discussion, world.people["bob"].person_id)
    await write_log(world, ["while Bob was away"])
    await participants.add(
        site, world.people["alice"], world.discussion, [address(world, "bob")], share_history=False
    )
    bob = await world.live("bob", {world.discussion: 1})
    assert (await bob.expect("resumed"))["how"] == "complete"
    assert bob.seqs(world.discussion) == [4]
    async with world.node.client(token=world.tokens["bob"]) as client:
        found = (await client.get(f"/api/discussions/{world.discussion}/entries")).json()
    assert [entry["seq"] for entry in found["items"]] == [4]


async def test_coming_back_with_history_shows_all(world: World) -> None:
    """From 1 on, also what was said while she was away."""
    site = world.node.app.state.node.site
    await participants.remove(site, world.people["alice"], world.discussion, world.people["bob"].person_id)
    await write_log(world, ["while Bob was away"])
    await participants.add(
        site, world.people["alice"], world.discussion, [address(world, "bob")], share_history=True
    )
    bob = await world.live("bob", {world.discussion: 0})
    assert (await bob.expect("resumed"))["how"] == "complete"
    assert bob.seqs(world.discussion) == [1, 2, 3, 4]


async def test_the_count_leaves_out_what_is_muted(world: World) -> None:
    """`count` is of the discussions that are not muted; `unread` of the discussion is told all the same."""
    site = world.node.app.state.node.site
    async with site.database.write() as session:
        connection = await session.connection()
        mine = participation.c.person_id == world.people["bob"].person_id
        await connection.execute(update(participation).where(mine).values(muted=True))
    bob, alice = await world.live("bob"), await world.live("alice")
    assert bob.frames[0]["unread"] == 0
    await alice.post(world.discussion, "quietly")
    told = await bob.expect("unread", unread=2)
    assert (told["count"], told["discussion"]) == (0, world.discussion)


async def test_one_s_own_replies_never_count(world: World) -> None:
    """Not even those after what was marked as the first unread."""
    bob, alice = await world.live("bob"), await world.live("alice")
    await bob.post(world.discussion, "two")
    await alice.post(world.discussion, "three")
    await bob.post(world.discussion, "four")
    await bob.ask(type="unread", discussion=world.discussion, seq=1)
    told = await bob.expect("unread", read_seq=0)
    assert (told["unread"], told["count"]) == (2, 1)
    await bob.ask(type="unread", discussion=world.discussion, seq=2)
    assert (await bob.expect("unread", read_seq=1))["unread"] == 1
    await bob.ask(type="unread", discussion=world.discussion, seq=4)
    told = await bob.expect("unread", read_seq=3)
    assert (told["unread"], told["count"]) == (0, 0)


async def test_other_entries_never_count(world: World) -> None:
    """Who came and who went is not unread."""
    bob = await world.live("bob")
    await bob.ask(type="read", discussion=world.discussion, seq=1)
    assert (await bob.expect("unread"))["unread"] == 0
    site = world.node.app.state.node.site
    await participants.add(
        site, world.people["alice"], world.discussion, [address(world, "carol")], share_history=False
    )
    await bob.expect("entry", kind="added")
    assert (await bob.expect("unread"))["unread"] == 0


async def test_typing_passes_by_one_s_own_tabs(world: World) -> None:
    """Only others who have the discussion on screen are told, also when it ends."""
    tabs, alice = [await world.live("bob"), await world.live("bob")], await world.live("alice")
    for client in (*tabs, alice):
        await client.ask(type="open", discussion=world.discussion)
    for on in (True, False):
        await tabs[0].ask(type="typing", discussion=world.discussion, on=on)
        told = await alice.expect("typing", on=on)
        assert told["person"] == {"id": world.people["bob"].person_id, "name": "Bob"}
    for tab in tabs:
        await tab.quiet()
        assert "typing" not in {frame["type"] for frame in tab.frames}


async def test_presence_is_whole_in_a_second_tab(world: World) -> None:
    """Opening tells who is here although nothing changed by it, and only the tab that opened."""
    first, second = await world.live("bob"), await world.live("bob")
    bob = [{"id": world.people["bob"].person_id, "name": "Bob"}]
    for tab in (first, second):
        await tab.ask(type="open", discussion=world.discussion)
        assert (await tab.expect("presence"))["here"] == bob
    await first.ask(type="close", discussion=world.discussion)
    await second.quiet()
    for tab in (first, second):
        assert len([frame for frame in tab.frames if frame["type"] == "presence"]) == 1


async def test_seen_is_for_others(world: World) -> None:
    """One's own tabs learn it by `unread`."""
    bob, other, alice = await world.live("bob"), await world.live("bob"), await world.live("alice")
    for client in (bob, other, alice):
        await client.ask(type="open", discussion=world.discussion)
    await bob.ask(type="read", discussion=world.discussion, seq=1)
    await alice.expect("seen", seq=1, person={"id": world.people["bob"].person_id})
    await other.expect("unread", read_seq=1)
    assert "seen" not in {frame["type"] for frame in other.frames + bob.frames}


@pytest.mark.parametrize(
    ("body", "accepted"),
    [
        ("🙂" * 20_000, True),
        ("  " + "x" * 20_000 + "\n", True),
        ("x" * 20_001, False),
        (" \n\t", False),
        ("", False),
        ("nul \x00", False),
        ("lone \ud800", False),
    ],
    ids=["code points", "trimmed", "too long", "blank", "empty", "NUL", "lone surrogate"],
)
async def test_what_a_body_may_be(world: World, body: str, accepted: bool) -> None:
    """1 to 20,000 code points after trimming, without NUL or lone surrogates."""
    bob = await world.live("bob")
    answer = await bob.post(world.discussion, body)
    assert answer["type"] == ("ack" if accepted else "error")
    if accepted:
        assert (await bob.expect("entry"))["body"] == body.strip()
    else:
        assert answer["code"] == "invalid_body"


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


@pytest.mark.parametrize(("length", "answer"), [(64, "ack"), (65, "error"), (0, "error")])
async def test_how_long_a_client_id_may_be(world: World, length: int, answer: str) -> None:
    """1 to 64 characters."""
    bob = await world.live("bob")
    frame = {"discussion": world.discussion, "client_id": "c" * length, "body": "x"}
    assert (await bob.ask(type="post", **frame))["type"] == answer


async def test_a_known_client_id_is_compared_before_access(world: World) -> None:
    """Removed meanwhile, with another body: `client_id_reused`, not `not_found`."""
    bob = await world.live("bob")
    await bob.post(world.discussion, "mine", "id")
    site = world.node.app.state.node.site
    await participants.remove(site, world.people["alice"], world.discussion, world.people["bob"].person_id)
    assert (await bob.post(world.discussion, "other", "id"))["code"] == "client_id_reused"
    assert (await bob.post(new_id(), "mine", "id"))["code"] == "client_id_reused"


async def test_attachments_that_do_not_exist(world: World) -> None:
    """The reply is refused, and not stored without them."""
    bob = await world.live("bob")
    refused = await bob.post(world.discussion, "see below", attachments=["x"])
    assert (refused["type"], refused["code"]) == ("error", "invalid")
    await bob.quiet()
    assert bob.seqs(world.discussion) == []


async def test_a_known_client_id_with_other_attachments(world: World) -> None:
    """Attachments are part of what a reply is."""
    bob = await world.live("bob")
    assert (await bob.post(world.discussion, "as it was", "known", attachments=None))["type"] == "ack"
    assert (await bob.post(world.discussion, "as it was", "known", attachments=[]))["repeated"] is True
    reused = await bob.post(world.discussion, "as it was", "known", attachments=["x"])
    assert reused["code"] == "client_id_reused"


async def test_a_bad_frame_with_an_id_is_answered_with_it(world: World) -> None:
    """So that a client knows which of its frames was wrong."""
    bob = await world.live("bob")
    answer = await bob.ask(type="read", discussion=world.discussion, seq="one")
    assert answer["code"] == "bad_frame"
    assert "seq" in answer["detail"]


async def test_a_draining_node_takes_nobody_in(world: World) -> None:
    """A new connection is closed with 1012 and goes elsewhere."""
    world.node.app.state.node.hub.drain(1)
    await (await world.raw("bob")).expect_close(1012)


async def test_the_ack_comes_after_the_entry_and_to_the_writer_only(world: World) -> None:
    """Every tab of hers gets the entry; the one that posted gets the ack as well."""
    bob, other = await world.live("bob"), await world.live("bob")
    await bob.post(world.discussion, "Hello", "mine")
    for tab in (bob, other):
        assert (await tab.expect("entry", client_id="mine"))["seq"] == 2
    await other.quiet()
    assert "ack" not in {frame["type"] for frame in other.frames}
