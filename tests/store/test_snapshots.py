"""Reading sees one moment of the store, however many statements it takes, on both kinds of database."""

import pytest
from sqlalchemy import Connection

from store import filing, folders
from store.database import Database
from store.folders import FolderRow
from store.prepared import Link, through
from store.unread import counts_for, folder_counts_for
from tests.store.rows import NOON, people, room


async def test_counts_of_one_reading_agree(database: Database) -> None:
    """What somebody files between two statements changes neither; the next reading sees it in both."""
    await people(database, "alice", "bob")
    await room(database, "alice", ["bob"])
    async with database.read() as session:
        before = await through(session, counts_for, ["bob"])
        await database.transact(_file)
        folders_before = await through(session, folder_counts_for, ["bob"])
    assert (before, folders_before) == ({"bob": 1}, {"bob": {}})
    async with database.read() as session:
        assert await through(session, folder_counts_for, ["bob"]) == {"bob": {"folder": 1}}
        await database.transact(_trash)
        assert await through(session, counts_for, ["bob"]) == {"bob": 1}
    assert await database.look(lambda link: counts_for(link, ["bob"])) == {"bob": 0}


@pytest.mark.parametrize("how", ["read", "look"])
async def test_postgresql_reads_in_snapshots(postgresql_url: str, how: str) -> None:
    """Both ways of reading; and the same connections write as ever afterwards."""
    database = Database(postgresql_url, connections=1)
    try:
        if how == "look":
            found = await database.look(_asked)
        else:
            async with database.read() as session:
                found = await through(session, _asked)
        assert found == ("repeatable read", "on")
        assert await database.transact(_asked) == ("read committed", "off")
        await people(database, "alice")
    finally:
        await database.close()


def _asked(link: Link) -> tuple[str, str]:
    assert isinstance(link, Connection)
    names = ("transaction_isolation", "transaction_read_only")
    isolation, read_only = (link.exec_driver_sql(f"SHOW {name}").scalar_one() for name in names)
    return isolation, read_only


def _file(link: Link) -> None:
    folders.hold_tree(link, "bob")
    folders.add_folder(link, "bob", FolderRow("folder", None, "Folder", "folder"), NOON)
    kept = filing.hold(link, "bob", ["room"])
    filing.keep(link, "bob", kept, [one.filed("folder") for one in kept])


def _trash(link: Link) -> None:
    kept = filing.hold(link, "bob", ["room"])
    filing.keep(link, "bob", kept, [one.in_trash_since(NOON) for one in kept])
