"""What carries files, who sees them, and what is purged."""

from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import IntegrityError

from store import attachments, contents
from store.attachments import seen
from store.carrying import carried_by_drafts, carried_by_lines, carry_in_draft, carry_on
from store.columns import table_of
from store.contents import NewAttachment, NewContent, Stored
from store.database import Database
from store.entries import NewLine, append, lock_rooms, read_lines
from store.prepared import Link, through
from store.room import CarriedFile
from store.tables import Participation
from tests.store.rows import NOON, draft, people, room

LATER = NOON + timedelta(hours=1)


async def test_lines_are_read_with_what_they_carry(database: Database) -> None:
    """In the writer's order; the room knows the last entry with a file."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    await given(database, "bob", "one", "two")
    await reply(database, "bob", ["two", "one"])
    await reply(database, "bob", [])
    async with database.read() as session:
        lines = await through(session, read_lines, "room", 1, 9, 9)
        last = await session.scalar(text("SELECT last_file_seq FROM message WHERE id = 'room'"))
    assert [[file.id for file in line.attachments] for line in lines] == [[], ["two", "one"], []]
    assert lines[1].attachments[0] == CarriedFile("two", "two.txt", 3, "text/plain")
    assert last == 2


async def test_what_no_entry_carries_is_its_owners(database: Database) -> None:
    """Nobody else sees it, whether a draft carries it or nothing."""
    await people(database, "alice", "bob")
    await given(database, "bob", "loose", "drafted")
    await draft(database, "bob")
    await database.transact(lambda link: carry_in_draft(link, "draft", ["drafted"], NOON))
    assert await sees(database, "bob") == {"loose", "drafted"}
    assert await sees(database, "alice") == set()


async def test_an_entrys_files_are_seen_within_the_bounds_of_sight(database: Database) -> None:
    """Whoever is in it and sees the entry, and she alone: not even the owner once she is out."""
    await people(database, "alice", "bob", "carol", "dave", "erin")
    await room(database, "alice", ["bob", "carol", "dave"])
    await given(database, "bob", "first", "second")
    await reply(database, "bob", ["first"])
    await reply(database, "bob", ["second"])
    await change(database, "carol", from_seq=3)
    await change(database, "dave", state="removed", until_seq=2)
    assert await sees(database, "alice") == {"first", "second"}
    assert await sees(database, "bob") == {"first", "second"}
    assert await sees(database, "carol") == {"second"}
    assert await sees(database, "dave") == set()
    assert await sees(database, "erin") == set()
    await change(database, "bob", state="stopped", until_seq=3)
    assert await sees(database, "bob") == set()
    assert await sees(database, "alice") == {"first", "second"}


async def test_a_sent_draft_hands_its_files_on(database: Database) -> None:
    """To the first entry of every room that it becomes."""
    await people(database, "alice", "bob")
    await given(database, "alice", "plan")
    await draft(database, "alice")
    await room(database, "alice", ["bob"], "here")
    await room(database, "alice", ["bob"], "there")

    await database.transact(lambda link: carry_in_draft(link, "draft", ["plan"], NOON))
    await database.transact(lambda link: carry_on(link, "draft", ["here", "there"]))
    assert await sees(database, "bob") == {"plan"}
    found = await database.look(lambda link: carried_by_lines(link, "there", 1, 1))
    assert [file.id for file in found[1]] == ["plan"]


async def test_what_a_draft_carries_can_be_changed(database: Database) -> None:
    """In the order that was given last; what is left out is loose again."""
    await people(database, "alice")
    await given(database, "alice", "one", "two", "three")
    await draft(database, "alice")
    for files in (["one", "two"], ["three", "two"], ["three", "two"], []):
        await database.transact(lambda link, files=files: carry_in_draft(link, "draft", files, LATER))  # type: ignore[misc]
        found = await database.look(lambda link: carried_by_drafts(link, ["draft"]))
        assert [file.id for file in found.get("draft", ())] == files
    async with database.read() as session:
        loose = await session.scalars(text("SELECT id FROM attachment WHERE loose_since IS NOT NULL"))
        assert set(loose) == {"one", "two", "three"}


async def test_what_an_entry_carries_never_changes(database: Database) -> None:
    """The database refuses it, as it does for the entry itself."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    await given(database, "bob", "one", "two")
    await reply(database, "bob", ["one"])
    for statement in (
        "DELETE FROM carried",
        "UPDATE carried SET attachment_id = 'two'",
        "INSERT INTO carried VALUES ('room', 2, 0, 'two')",
        "DELETE FROM attachment WHERE id = 'one'",
        "DELETE FROM blob",
    ):
        with pytest.raises(IntegrityError):
            async with database.write() as session:
                await session.execute(text(statement))


async def test_only_what_is_loose_for_long_is_purged(database: Database) -> None:
    """Not what an entry or a draft carries; a content goes with the last attachment that is made of it."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    await draft(database, "bob")
    await given(database, "bob", "said", "drafted", "loose", "twin")
    await given(database, "bob", "late", at=LATER)
    await reply(database, "bob", ["said"])
    await database.transact(lambda link: carry_in_draft(link, "draft", ["drafted"], NOON))
    async with database.write() as session:
        # A draft that held it was discarded, and an entry carries it all the same.
        await session.execute(text("UPDATE attachment SET loose_since = created_at WHERE id = 'said'"))
        await session.execute(text("UPDATE attachment SET digest = 'of said' WHERE id = 'twin'"))
    looked_at, unused = await database.transact(lambda link: contents.purge(link, LATER, 100))
    assert looked_at == 3
    assert unused == [Stored("of loose", "at loose")]
    assert await database.transact(lambda link: contents.purge(link, LATER, 100)) == (0, [])
    known = await database.look(
        lambda link: contents.known(link, [Stored("of said", "at said"), Stored("of said", "elsewhere")])
    )
    assert known == {Stored("of said", "at said")}
    kept = await database.look(lambda link: attachments.kept_by(link, "bob"))
    assert kept == 9


async def test_a_content_is_kept_once(database: Database) -> None:
    """Who brings it again is told where it is."""

    def bring(place: str) -> NewContent:
        return NewContent("digest", place, 3, None, None, None, NOON)

    assert (await database.transact(lambda link: contents.keep(link, bring("here"))))[0] == "here"
    assert (await database.transact(lambda link: contents.keep(link, bring("there"))))[0] == "here"


async def given(database: Database, owner: str, *ids: str, at: object = NOON) -> None:
    """Attachments of three bytes, each with a content of its own."""

    def keep(link: Link) -> None:
        for one in ids:
            contents.keep(link, NewContent(f"of {one}", f"at {one}", 3, None, None, None, NOON))
            contents.give(
                link,
                NewAttachment(one, owner, f"of {one}", f"{one}.txt", 3, "text/plain", NOON, at),  # type: ignore[arg-type]
            )

    await database.transact(keep)


async def reply(database: Database, author: str, files: Sequence[str]) -> None:
    async with database.write() as session:
        rooms = await lock_rooms(session, ["room"])
        line = NewLine("room", "reply", author, "See", attachments=tuple(files))
        await append(session, rooms, [line], LATER)


async def change(database: Database, person: str, **values: object) -> None:
    participation = table_of(Participation)
    async with database.write() as session:
        changed = update(participation).where(participation.c.person_id == person)
        await session.execute(changed.values(**values))


async def sees(database: Database, person: str) -> set[str]:
    async with database.read() as session:
        every = list(await session.scalars(text("SELECT id FROM attachment")))
    found = await database.look(lambda link: seen(link, [(one, person) for one in every]))
    return {one for one, _ in found}
