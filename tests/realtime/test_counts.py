"""What is unread, of a discussion and in all, as every tab is told."""

from sqlalchemy import update

from store.columns import table_of
from store.tables import Participation
from tests.realtime.world import World

participation = table_of(Participation)


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


async def test_the_count_leaves_out_what_is_muted(world: World) -> None:
    """`count` is of the discussions that are not muted; `unread` of the discussion is told all the same."""
    async with world.site.database.write() as session:
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
    await world.add("carol", share_history=False)
    await bob.expect("entry", kind="added")
    assert (await bob.expect("unread"))["unread"] == 0
