"""Who is here, who is writing and who has seen what, told to those who have the discussion on screen."""

from tests.realtime.world import World


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


async def test_seen_is_for_others(world: World) -> None:
    """One's own tabs learn it by `unread`."""
    bob, other, alice = await world.live("bob"), await world.live("bob"), await world.live("alice")
    for client in (bob, other, alice):
        await client.ask(type="open", discussion=world.discussion)
    await bob.ask(type="read", discussion=world.discussion, seq=1)
    await alice.expect("seen", seq=1, person={"id": world.people["bob"].person_id})
    await other.expect("unread", read_seq=1)
    assert "seen" not in {frame["type"] for frame in other.frames + bob.frames}


async def test_leaving_without_a_word_ends_presence(world: World) -> None:
    """A lost connection is no longer here."""
    alice, bob = await world.live("alice"), await world.live("bob")
    await alice.ask(type="open", discussion=world.discussion)
    await bob.ask(type="open", discussion=world.discussion)
    await alice.expect("presence")
    await alice.expect("presence")
    bob.socket.transport.abort()
    assert [p["name"] for p in (await alice.expect("presence"))["here"]] == ["Alice"]
