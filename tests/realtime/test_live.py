"""Living in a discussion: posting, order, resuming, arrivals and departures, counts, presence."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest

from app import participants
from app.drafts import Address
from store.columns import utc_now
from tests import factories
from tests.realtime.conftest import World
from tests.waiting import wait_for


def person(world: World, login: str) -> Address:
    """Somebody to be added."""
    return Address("person", world.people[login].person_id)


async def history(world: World, count: int) -> None:
    """So many replies of Alice in the discussion."""
    alice = await world.live("alice")
    for number in range(count):
        ack = await alice.post(world.discussion, f"line {number}")
        assert ack["type"] == "ack", ack
    await alice.close()


async def test_a_reply_is_acknowledged_and_comes_back_to_everybody(world: World) -> None:
    """The writer gets an ack and, like everybody, the entry with her client_id on it."""
    alice, bob = await world.live("alice"), await world.live("bob")
    ack = await alice.post(world.discussion, "  Hello *Bob*  ", "one")
    assert (ack["type"], ack["seq"], ack["client_id"], ack["repeated"]) == ("ack", 2, "one", False)
    for client in (alice, bob):
        entry = await client.expect("entry", seq=2)
        assert entry["body"] == "Hello *Bob*"
        assert "<em>Bob</em>" in entry["html"]
        assert entry["client_id"] == "one"
        assert entry["author"] == {"id": world.people["alice"].person_id, "name": "Alice"}
        assert entry["at"] == ack["at"]
        assert entry["kind"] == "reply"
        assert entry["attachments"] == []


async def test_plain_text_has_no_html(world: World) -> None:
    """`html` is only there where the body is more than text."""
    alice = await world.live("alice")
    await alice.post(world.discussion, "one\n\ntwo")
    entry = await alice.expect("entry", seq=2)
    assert entry["body"] == "one\n\ntwo"
    assert "html" not in entry


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


@pytest.mark.parametrize("body", ["", "  \n ", "x" * 20_001, "a\0b", "\ud800"])
async def test_bodies_that_cannot_be_kept(world: World, body: str) -> None:
    """`invalid_body`, and nothing is stored."""
    alice = await world.live("alice")
    refused = await alice.post(world.discussion, body)
    assert (refused["type"], refused["code"]) == ("error", "invalid_body")
    assert (await alice.post(world.discussion, "fine"))["seq"] == 2


async def test_the_longest_body_is_kept_whole(world: World) -> None:
    """20,000 code points, however many bytes they take."""
    alice = await world.live("alice")
    body = "🦉" * 20_000
    assert (await alice.post(world.discussion, body))["type"] == "ack"
    assert (await alice.expect("entry", seq=2))["body"] == body


async def test_strangers_and_missing_discussions_look_alike(world: World) -> None:
    """`not_found` for every command, whether the discussion exists or not."""
    carol = await world.live("carol")
    commands: list[dict[str, object]] = [
        {"type": "post", "client_id": "c", "body": "x"},
        {"type": "read", "seq": 1},
        {"type": "unread", "seq": 1},
        {"type": "open"},
        {"type": "typing", "on": True},
    ]
    for command in commands:
        answers = []
        for discussion in (world.discussion, "0" * 32, "é"):
            answer = await carol.ask(discussion=discussion, **command)
            answer.pop("id")
            answers.append(answer)
        assert answers[0] == answers[1] == answers[2]
        assert answers[0]["code"] == "not_found"


async def test_a_burst_keeps_its_order(world: World) -> None:
    """Replies sent without waiting are numbered in the order in which they were sent."""
    alice, bob = await world.live("alice"), await world.live("bob")
    for number in range(50):
        await alice.send(
            type="post", id=str(number), discussion=world.discussion, client_id=f"c{number}", body=str(number)
        )
    await wait_for(lambda: len(bob.entries(world.discussion)) == 50, "Bob has all fifty")
    assert bob.seqs(world.discussion) == list(range(2, 52))
    assert [entry["body"] for entry in bob.entries(world.discussion)] == [str(n) for n in range(50)]


async def test_replying_too_fast(world: World) -> None:
    """`rate_limited` with `retry_after`; what was refused is not stored."""
    alice = await world.live("alice")
    answers = await asyncio.gather(*(alice.post(world.discussion, f"{n}") for n in range(100)))
    refused = [answer for answer in answers if answer["type"] == "error"]
    assert refused
    assert {answer["code"] for answer in refused} == {"rate_limited"}
    assert all(answer["retry_after"] > 0 for answer in refused)
    await wait_for(
        lambda: len(alice.entries(world.discussion)) == 100 - len(refused), "the others are stored"
    )


async def test_resuming_brings_what_was_missed(world: World) -> None:
    """The missing entries in order, then `resumed complete`, then the live stream."""
    await history(world, 5)
    bob = await world.live("bob", {world.discussion: 3})
    resumed = await bob.expect("resumed")
    assert resumed == {"type": "resumed", "discussion": world.discussion, "head": 6, "how": "complete"}
    assert bob.seqs(world.discussion) == [4, 5, 6]
    alice = await world.live("alice")
    await alice.post(world.discussion, "live")
    await bob.expect("entry", seq=7)
    assert bob.seqs(world.discussion) == [4, 5, 6, 7]


async def test_without_resume_the_stream_begins_with_welcome(world: World) -> None:
    """Nothing old is sent."""
    await history(world, 3)
    bob = await world.live("bob")
    alice = await world.live("alice")
    await alice.post(world.discussion, "new")
    await bob.expect("entry", seq=5)
    assert bob.seqs(world.discussion) == [5]


@pytest.mark.parametrize(("seen", "how"), [(7, "reset"), (4, "complete")])
async def test_a_number_beyond_the_head(world: World, seen: int, how: str) -> None:
    """What cannot have been seen is a `reset`; exactly the head is complete."""
    await history(world, 3)
    bob = await world.live("bob", {world.discussion: seen})
    resumed = await bob.expect("resumed")
    assert (resumed["how"], resumed["head"]) == (how, 4)
    assert bob.seqs(world.discussion) == []


async def test_resuming_what_one_is_not_in(world: World) -> None:
    """`gone`, the same for a foreign and for a missing discussion."""
    carol = await world.live("carol", {world.discussion: 1, "0" * 32: 1})
    for discussion in (world.discussion, "0" * 32):
        resumed = await carol.expect("resumed", discussion=discussion)
        assert (resumed["how"], resumed["head"]) == ("gone", None)


async def test_too_much_to_resume(world: World) -> None:
    """More than 512 KiB are loaded by HTTP: `reset`, and the live stream goes on after the head."""
    await history(world, 0)
    alice = await world.live("alice")
    for number in range(30):
        await alice.post(world.discussion, f"{number}" + "x" * 19_000)
    bob = await world.live("bob", {world.discussion: 1})
    assert (await bob.expect("resumed"))["how"] == "reset"
    await alice.post(world.discussion, "after")
    await bob.expect("entry", seq=32)
    assert bob.seqs(world.discussion) == [32]


async def test_a_new_message_comes_as_added(world: World) -> None:
    """Recipients and the author are told of the new discussion, in all tabs, and follow it at once."""
    tabs = [await world.live("bob"), await world.live("bob"), await world.live("alice")]
    carol = await world.live("carol")
    site = world.node.app.state.node.site
    new = await factories.discussion(site, world.people["alice"], [world.people["bob"]], subject="News")
    for tab in tabs:
        added = await tab.expect("added", discussion=new)
        assert (added["subject"], added["head"]) == ("News", 1)
    assert (await tabs[0].expect("unread", discussion=new))["count"] == 2
    await tabs[2].post(new, "and more")
    for tab in tabs:
        await tab.expect("entry", discussion=new, seq=2)
    await carol.quiet()
    assert [frame["type"] for frame in carol.frames] == ["welcome", "pong"]


async def test_added_without_history(world: World) -> None:
    """She follows from her own entry on, and cannot resume before it."""
    await history(world, 3)
    carol, bob = await world.live("carol"), await world.live("bob")
    site = world.node.app.state.node.site
    await participants.add(
        site, world.people["alice"], world.discussion, [person(world, "carol")], share_history=False
    )
    added = await carol.expect("added")
    assert (added["head"], added["unread"]) == (5, 0)
    told = await bob.expect("entry", kind="added")
    assert told["about"] == {"id": world.people["carol"].person_id, "name": "Carol"}
    again = await world.live("carol", {world.discussion: 0})
    await again.expect("resumed", how="complete")
    assert again.seqs(world.discussion) == [5]


async def test_added_with_history(world: World) -> None:
    """Everything before counts as unread, and can be resumed."""
    await history(world, 3)
    carol = await world.live("carol")
    site = world.node.app.state.node.site
    await participants.add(
        site, world.people["alice"], world.discussion, [person(world, "carol")], share_history=True
    )
    assert (await carol.expect("added"))["unread"] == 4
    again = await world.live("carol", {world.discussion: 0})
    await again.expect("resumed", how="complete")
    assert again.seqs(world.discussion) == [1, 2, 3, 4, 5]


async def test_removed_at_once(world: World) -> None:
    """All her tabs lose the room; she gets neither the entry nor anything after; the others do."""
    tabs = [await world.live("bob"), await world.live("bob")]
    alice = await world.live("alice")
    site = world.node.app.state.node.site
    await participants.remove(site, world.people["alice"], world.discussion, world.people["bob"].person_id)
    await alice.post(world.discussion, "secret")
    await alice.expect("entry", body="secret")
    for tab in tabs:
        gone = await tab.expect("gone")
        assert (gone["discussion"], gone["why"], gone["head"]) == (world.discussion, "removed", None)
        assert (await tab.expect("unread", discussion=world.discussion))["count"] == 0
        await tab.quiet()
        assert tab.seqs(world.discussion) == []
        assert len([frame for frame in tab.frames if frame["type"] == "gone"]) == 1
    refused = await tabs[0].post(world.discussion, "let me in")
    assert refused["code"] == "not_found"
    resumed = await world.live("bob", {world.discussion: 1})
    assert (await resumed.expect("resumed"))["how"] == "gone"


async def test_a_writer_removed_meanwhile_learns_what_became_of_her_reply(world: World) -> None:
    """The known client_id is looked up before access."""
    bob = await world.live("bob")
    first = await bob.post(world.discussion, "mine", "id")
    site = world.node.app.state.node.site
    await participants.remove(site, world.people["alice"], world.discussion, world.people["bob"].person_id)
    again = await bob.post(world.discussion, "mine", "id")
    assert (again["type"], again["seq"], again["repeated"]) == ("ack", first["seq"], True)


async def test_stopping_and_coming_back(world: World) -> None:
    """Who stops gets `gone`; added again, she follows again."""
    bob, alice = await world.live("bob"), await world.live("alice")
    site = world.node.app.state.node.site
    await participants.stop(site, world.people["bob"], world.discussion)
    assert (await bob.expect("gone"))["why"] == "stopped"
    await alice.post(world.discussion, "without Bob")
    await participants.add(
        site, world.people["alice"], world.discussion, [person(world, "bob")], share_history=False
    )
    added = await bob.expect("added")
    assert added["head"] == 4
    await alice.post(world.discussion, "with Bob")
    await bob.expect("entry", seq=5)
    assert bob.seqs(world.discussion) == [5]


async def test_counts_are_absolute_and_everywhere(world: World) -> None:
    """Every tab is told the same numbers after a reply, a read and an unread."""
    tabs = [await world.live("bob"), await world.live("bob")]
    alice = await world.live("alice")
    await alice.post(world.discussion, "two")
    await alice.post(world.discussion, "three")
    for tab in tabs:
        told = await tab.expect("unread", unread=3)
        assert (told["count"], told["read_seq"], told["discussion"]) == (1, 0, world.discussion)
    assert (await tabs[0].ask(type="read", discussion=world.discussion, seq=99))["type"] == "done"
    for tab in tabs:
        told = await tab.expect("unread", unread=0)
        assert (told["count"], told["read_seq"]) == (0, 3)
    await tabs[0].ask(type="read", discussion=world.discussion, seq=1)
    await tabs[1].ask(type="unread", discussion=world.discussion, seq=3)
    for tab in tabs:
        told = await tab.expect("unread", unread=1)
        assert (told["count"], told["read_seq"]) == (1, 2)


async def test_own_replies_are_read(world: World) -> None:
    """Answering moves one's read mark to one's own reply."""
    bob = await world.live("bob")
    await bob.post(world.discussion, "answer")
    told = await bob.expect("unread", unread=0)
    assert (told["count"], told["read_seq"]) == (0, 2)


async def test_presence_typing_and_seen_of_open_discussions(world: World) -> None:
    """They flow only to connections that have the discussion on screen."""
    alice, bob, closed = await world.live("alice"), await world.live("bob"), await world.live("bob")
    assert (await alice.ask(type="open", discussion=world.discussion))["type"] == "done"
    assert [p["name"] for p in (await alice.expect("presence"))["here"]] == ["Alice"]
    await bob.ask(type="open", discussion=world.discussion)
    for client in (alice, bob):
        here = await client.expect(
            "presence",
            here=[
                {"id": world.people["alice"].person_id, "name": "Alice"},
                {"id": world.people["bob"].person_id, "name": "Bob"},
            ],
        )
        assert here["discussion"] == world.discussion
    await bob.ask(type="typing", discussion=world.discussion, on=True)
    typing = await alice.expect("typing")
    assert (typing["person"]["name"], typing["on"]) == ("Bob", True)
    await bob.ask(type="read", discussion=world.discussion, seq=1)
    seen = await alice.expect("seen")
    assert (seen["person"], seen["seq"]) == ({"id": world.people["bob"].person_id}, 1)
    await bob.ask(type="close", discussion=world.discussion)
    assert [p["name"] for p in (await alice.expect("presence"))["here"]] == ["Alice"]
    await closed.quiet()
    assert not {"presence", "typing", "seen"} & {frame["type"] for frame in closed.frames}
    assert "typing" not in {frame["type"] for frame in bob.frames}


async def test_leaving_without_a_word_ends_presence(world: World) -> None:
    """A lost connection is no longer here."""
    alice, bob = await world.live("alice"), await world.live("bob")
    await alice.ask(type="open", discussion=world.discussion)
    await bob.ask(type="open", discussion=world.discussion)
    await alice.expect("presence")
    await alice.expect("presence")
    bob.socket.transport.abort()
    assert [p["name"] for p in (await alice.expect("presence"))["here"]] == ["Alice"]


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


async def test_a_quoted_entry_must_be_visible(world: World) -> None:
    """`reply_to` names an entry that the writer sees."""
    alice = await world.live("alice")
    assert (await alice.post(world.discussion, "to that", reply_to=1))["type"] == "ack"
    assert (await alice.expect("entry", seq=2))["reply_to"] == 1
    assert (await alice.post(world.discussion, "to nothing", reply_to=9))["type"] == "error"


async def test_a_room_that_slept_wakes_up(world: World) -> None:
    """Its participants are told `added`, and the reply that woke it follows."""
    site = world.node.app.state.node.site
    long_ago = replace(site, now=lambda: utc_now() - timedelta(days=60))
    asleep = await factories.discussion(long_ago, world.people["alice"], [world.people["bob"]])
    bob = await world.live("bob")
    assert asleep not in world.node.app.state.node.hub.rooms
    alice = await world.live("alice")
    assert (await alice.post(asleep, "Anybody there?"))["type"] == "ack"
    added = await bob.expect("added", discussion=asleep)
    assert (added["head"], added["unread"]) == (1, 2)
    await bob.expect("entry", discussion=asleep, seq=2)
    await alice.post(asleep, "Hello?")
    await bob.expect("entry", discussion=asleep, seq=3)
    assert bob.seqs(asleep) == [2, 3]


async def test_an_arrival_wakes_a_room_too(world: World) -> None:
    """Whoever is in a room that slept hears of the newcomer at once."""
    site = world.node.app.state.node.site
    long_ago = replace(site, now=lambda: utc_now() - timedelta(days=60))
    asleep = await factories.discussion(long_ago, world.people["alice"], [world.people["bob"]])
    bob, carol = await world.live("bob"), await world.live("carol")
    await participants.add(site, world.people["alice"], asleep, [person(world, "carol")], share_history=True)
    assert (await bob.expect("added", discussion=asleep))["head"] == 1
    assert (await bob.expect("entry", discussion=asleep, seq=2))["about"]["name"] == "Carol"
    await carol.expect("added", discussion=asleep)
    await participants.stop(site, world.people["carol"], asleep)
    await bob.expect("entry", discussion=asleep, seq=3)
    await carol.expect("gone", discussion=asleep)


async def test_opening_a_room_that_sleeps_follows_it(world: World) -> None:
    """What is on screen is live, however long it has slept."""
    site = world.node.app.state.node.site
    long_ago = replace(site, now=lambda: utc_now() - timedelta(days=60))
    asleep = await factories.discussion(long_ago, world.people["alice"], [world.people["bob"]])
    bob, alice = await world.live("bob"), await world.live("alice")
    assert (await bob.ask(type="open", discussion=asleep))["type"] == "done"
    await alice.post(asleep, "Hello?")
    await bob.expect("entry", discussion=asleep, seq=2)
