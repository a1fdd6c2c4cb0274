"""Who comes and who goes: what newcomers, leavers and the others are told, and may see."""

import asyncio
from collections.abc import Sequence

import pytest

from app import following
from store.database import Database
from store.participations import Seat
from tests import factories
from tests.realtime.world import World


async def test_a_new_message_comes_as_added(world: World) -> None:
    """Recipients and the author are told of the new discussion, in all tabs, and follow it at once."""
    tabs = [await world.live("bob"), await world.live("bob"), await world.live("alice")]
    carol = await world.live("carol")
    new = await factories.discussion(world.site, world.people["alice"], [world.people["bob"]], subject="News")
    for tab in tabs:
        added = await tab.expect("added", discussion=new)
        assert (added["subject"], added["head"]) == ("News", 1)
    assert (await tabs[0].expect("unread", discussion=new))["count"] == 2
    await tabs[2].post(new, "and more")
    for tab in tabs:
        await tab.expect("entry", discussion=new, seq=2)
    await carol.quiet()
    assert [frame["type"] for frame in carol.frames] == ["welcome", "pong"]


async def test_what_a_newcomer_is_told(world: World) -> None:
    """`added` with subject, head and unread; not her own `added` entry; then what follows that head."""
    carol, bob, alice = await world.live("carol"), await world.live("bob"), await world.live("alice")
    await world.add("carol", share_history=True)
    told = {"type": "added", "discussion": world.discussion, "subject": "Lunch", "head": 2, "unread": 1}
    assert await carol.expect("added") == told
    await alice.post(world.discussion, "Welcome")
    assert (await carol.expect("entry"))["seq"] == 3
    assert carol.seqs(world.discussion) == [3]
    entry = await bob.expect("entry", seq=2)
    assert (entry["kind"], entry["author"]["name"], entry["about"]["name"]) == ("added", "Alice", "Carol")


async def test_added_without_history(world: World) -> None:
    """She follows from her own entry on, and cannot resume before it."""
    await world.history(3)
    carol, bob = await world.live("carol"), await world.live("bob")
    await world.add("carol", share_history=False)
    added = await carol.expect("added")
    assert (added["head"], added["unread"]) == (5, 0)
    told = await bob.expect("entry", kind="added")
    assert told["about"] == {"id": world.people["carol"].person_id, "name": "Carol"}
    again = await world.live("carol", {world.discussion: 0})
    await again.expect("resumed", how="complete")
    assert again.seqs(world.discussion) == [5]


async def test_added_with_history(world: World) -> None:
    """Everything before counts as unread, and can be resumed."""
    await world.history(3)
    carol = await world.live("carol")
    await world.add("carol", share_history=True)
    assert (await carol.expect("added"))["unread"] == 4
    again = await world.live("carol", {world.discussion: 0})
    await again.expect("resumed", how="complete")
    assert again.seqs(world.discussion) == [1, 2, 3, 4, 5]


async def test_removed_at_once(world: World) -> None:
    """All her tabs lose the room; she gets neither the entry nor anything after; the others do."""
    tabs = [await world.live("bob"), await world.live("bob")]
    alice = await world.live("alice")
    await world.remove("bob")
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


async def test_others_see_who_was_removed_and_who_stopped(world: World) -> None:
    """Entries of the log like any other, which those who go do not get."""
    alice, bob, carol = await world.live("alice"), await world.live("bob"), await world.live("carol")
    await world.add("carol", share_history=False)
    await carol.expect("added")
    await world.remove("carol")
    await world.stop("bob")
    removed, stopped = await alice.expect("entry", seq=3), await alice.expect("entry", seq=4)
    assert (removed["kind"], removed["about"]["name"]) == ("removed", "Carol")
    assert (stopped["kind"], stopped["author"]["name"]) == ("stopped", "Bob")
    assert (await bob.expect("gone"))["why"] == "stopped"
    assert bob.seqs(world.discussion) == [2, 3]
    assert carol.seqs(world.discussion) == []


async def test_stopping_and_coming_back(world: World) -> None:
    """Who stops gets `gone`; added again, she follows again."""
    bob, alice = await world.live("bob"), await world.live("alice")
    await world.stop("bob")
    assert (await bob.expect("gone"))["why"] == "stopped"
    await alice.post(world.discussion, "without Bob")
    await world.add("bob", share_history=False)
    added = await bob.expect("added")
    assert added["head"] == 4
    await alice.post(world.discussion, "with Bob")
    await bob.expect("entry", seq=5)
    assert bob.seqs(world.discussion) == [5]


async def test_coming_back_without_history_hides_what_one_saw(world: World) -> None:
    """Bounds begin anew with her own `added` entry, on the socket and by HTTP."""
    await world.remove("bob")
    await world.write_log(["while Bob was away"])
    await world.add("bob", share_history=False)
    bob = await world.live("bob", {world.discussion: 1})
    assert (await bob.expect("resumed"))["how"] == "complete"
    assert bob.seqs(world.discussion) == [4]
    async with world.node.client(token=world.tokens["bob"]) as client:
        found = (await client.get(f"/api/discussions/{world.discussion}/entries")).json()
    assert [entry["seq"] for entry in found["items"]] == [4]


async def test_coming_back_with_history_shows_all(world: World) -> None:
    """From 1 on, also what was said while she was away."""
    await world.remove("bob")
    await world.write_log(["while Bob was away"])
    await world.add("bob", share_history=True)
    bob = await world.live("bob", {world.discussion: 0})
    assert (await bob.expect("resumed"))["how"] == "complete"
    assert bob.seqs(world.discussion) == [1, 2, 3, 4]


async def test_coming_back_by_opening(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who opens a discussion that she is back in, before her node has let her in, is told that she is back, once."""
    bob, alice = await world.live("bob"), await world.live("alice")
    await world.remove("bob")
    await bob.expect("gone")
    may_join = asyncio.Event()
    places = following.places

    async def later(database: Database, pairs: Sequence[tuple[str, str]]) -> dict[tuple[str, str], Seat]:
        await may_join.wait()
        return await places(database, pairs)

    monkeypatch.setattr(following, "places", later)
    await world.add("bob", share_history=False)
    await bob.ask(type="open", discussion=world.discussion)
    assert (await bob.expect("added"))["head"] == 3
    may_join.set()
    await alice.post(world.discussion, "with Bob")
    await bob.expect("entry", seq=4)
    await world.remove("bob")
    await bob.expect("gone")
    assert [frame["type"] for frame in bob.frames].count("added") == 1
