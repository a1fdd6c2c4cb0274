"""Posting replies: the ack, what comes back to everybody, their order, what may be posted where."""

import asyncio

import pytest

from tests import factories
from tests.realtime.world import World
from tests.waiting import wait_for


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


async def test_the_ack_comes_after_the_entry_and_to_the_writer_only(world: World) -> None:
    """Every tab of hers gets the entry; the one that posted gets the ack as well."""
    bob, other = await world.live("bob"), await world.live("bob")
    await bob.post(world.discussion, "Hello", "mine")
    for tab in (bob, other):
        assert (await tab.expect("entry", client_id="mine"))["seq"] == 2
    await other.quiet()
    assert "ack" not in {frame["type"] for frame in other.frames}


async def test_plain_text_has_no_html(world: World) -> None:
    """`html` is only there where the body is more than text."""
    alice = await world.live("alice")
    await alice.post(world.discussion, "one\n\ntwo")
    entry = await alice.expect("entry", seq=2)
    assert entry["body"] == "one\n\ntwo"
    assert "html" not in entry


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


async def test_a_quoted_entry_must_be_visible(world: World) -> None:
    """`reply_to` names an entry that the writer sees."""
    alice = await world.live("alice")
    assert (await alice.post(world.discussion, "to that", reply_to=1))["type"] == "ack"
    assert (await alice.expect("entry", seq=2))["reply_to"] == 1
    assert (await alice.post(world.discussion, "to nothing", reply_to=9))["type"] == "error"


async def test_attachments_that_do_not_exist(world: World) -> None:
    """The reply is refused, and not stored without them."""
    bob = await world.live("bob")
    refused = await bob.post(world.discussion, "see below", attachments=["x"])
    assert (refused["type"], refused["code"]) == ("error", "invalid")
    await bob.quiet()
    assert bob.seqs(world.discussion) == []


async def test_attachments_come_with_the_entry(world: World) -> None:
    """Live, after a resume and by HTTP alike; the same reply again, with the same files, is the same reply."""
    alice, bob = await world.live("alice"), await world.live("bob")
    site = world.node.site
    one, two = [
        await factories.attachment(site, world.people["bob"], name) for name in ("one.txt", "two.txt")
    ]
    said = {"attachments": [two.id, one.id]}
    ack = await bob.post(world.discussion, "see below", "files", **said)
    entry = await alice.expect("entry", seq=2)
    assert entry["attachments"] == [
        {"id": file.id, "name": file.name, "size": 6, "media_type": "text/plain"} for file in (two, one)
    ]
    again = await bob.post(world.discussion, "see below", "files", **said)
    assert (again["seq"], again["repeated"]) == (ack["seq"], True)
    reused = await bob.post(world.discussion, "see below", "files", attachments=[one.id])
    assert reused["code"] == "client_id_reused"
    late = await world.live("alice", resume={world.discussion: 1})
    assert (await late.expect("entry", seq=2))["attachments"] == entry["attachments"]
