"""Migrations: repeatable, safe side by side, and the same schema as the tables say."""

import asyncio
import sys
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from store.columns import new_id
from store.database import Database
from store.migrate import MIGRATIONS, is_current, migrate, newest
from tests.servers import PostgresServer
from tests.store.rows import people


async def test_migrated_schema_is_that_of_the_tables(database: Database) -> None:
    """Nothing that the tables declare is missing from the migrations, and the other way round."""
    async with database.engine.connect() as connection:
        assert await connection.run_sync(differences) == []


async def test_migrating_again_changes_nothing(database: Database, database_url: str) -> None:
    """A second run, while the database is in use, leaves what is there."""
    await people(database, "alice")
    async with database.read() as session:
        await session.connection()
        await migrate(database_url)
    assert await is_current(database)
    assert await is_current(database_url)


def test_newest_revision_is_alembics_head() -> None:
    """What is read off the names of the files is what Alembic reads in them."""
    assert ScriptDirectory(MIGRATIONS).get_heads() == [newest()]


async def test_sqlite_is_migrated_by_two_at_once(tmp_path: Path) -> None:
    """Two that start together on a new database both find it ready; the folder is made."""
    url = f"sqlite+aiosqlite:///{tmp_path}/new/parley.db"
    await asyncio.gather(migrate(url), migrate(url), elsewhere(url), elsewhere(url))
    assert await is_current(url)


async def test_postgresql_is_migrated_by_two_at_once(postgres: PostgresServer) -> None:
    """Nodes that start together take turns."""
    name = f"empty_{new_id()}"
    url = postgres.create_database(name)
    assert not await is_current(url)
    await asyncio.gather(migrate(url), migrate(url), elsewhere(url), elsewhere(url))
    assert await is_current(url)
    postgres.drop_database(name)


async def elsewhere(url: str) -> None:
    """Migrate in a process of its own."""
    program = "import sys, store.migrate; store.migrate.upgrade(sys.argv[1])"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", program, url)
    assert await process.wait() == 0


def differences(connection: Connection) -> list[object]:
    """What Alembic would change to reach the declared tables."""
    opts = {"compare_type": True, "include_name": _is_declared}
    context = MigrationContext.configure(connection, opts=opts)
    return list(compare_metadata(context, SQLModel.metadata))


def _is_declared(name: str | None, kind: str, _parents: object) -> bool:
    """Everything but SQLite's own tables for searching, which no model can declare."""
    return kind != "table" or not (name or "").startswith("search_words")
