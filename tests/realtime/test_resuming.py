"""Coming back: what was missed is sent, or the client is told to load it."""

import pytest

from store.columns import new_id
from tests.realtime.world import World


async def test_resuming_brings_what_was_missed(world: World) -> None:
    """The missing entries in order, then `resumed complete`, then the live stream."""
    await world.history(5)
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
    await world.history(3)
    bob = await world.live("bob")
    alice = await world.live("alice")
    await alice.post(world.discussion, "new")
    await bob.expect("entry", seq=5)
    assert bob.seqs(world.discussion) == [5]


@pytest.mark.parametrize(("seen", "how"), [(7, "reset"), (4, "complete")])
async def test_a_number_beyond_the_head(world: World, seen: int, how: str) -> None:
    """What cannot have been seen is a `reset`; exactly the head is complete."""
    await world.history(3)
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


@pytest.mark.parametrize(("missing", "how"), [(500, "complete"), (501, "reset")])
async def test_five_hundred_missing_entries(world: World, missing: int, how: str) -> None:
    """Exactly five hundred are sent; with one more the client loads by HTTP, and the stream goes on after that."""
    await world.write_log([f"line {number}" for number in range(missing)])
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
    await world.write_log([*["é" * 10_000] * 26, last])
    bob = await world.live("bob", {world.discussion: 1})
    resumed = await bob.expect("resumed")
    assert resumed["how"] == how


async def test_too_much_to_resume(world: World) -> None:
    """More than 512 KiB are loaded by HTTP: `reset`, and the live stream goes on after the head."""
    await world.history(0)
    alice = await world.live("alice")
    for number in range(30):
        await alice.post(world.discussion, f"{number}" + "x" * 19_000)
    bob = await world.live("bob", {world.discussion: 1})
    assert (await bob.expect("resumed"))["how"] == "reset"
    await alice.post(world.discussion, "after")
    await bob.expect("entry", seq=32)
    assert bob.seqs(world.discussion) == [32]


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
