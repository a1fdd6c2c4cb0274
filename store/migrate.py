"""Bringing a database to this version's schema: safe to run again, safe while another node serves.

Alembic takes its time to load, so that whoever finds nothing to migrate, which is nearly everybody, does without.
"""

import asyncio
import threading
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy import Connection, inspect, text
from sqlalchemy.engine import make_url
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import NullPool

from store.database import Database

# Any number, as long as every node takes the same one and nothing else takes it.
MIGRATION_LOCK = 7_265_716_112

MIGRATIONS = Path(__file__).with_name("migrations")

# Alembic's `op` and `context` are global to the process.
_ONE_IN_THIS_PROCESS = threading.Lock()


class CannotMigrate(Exception):
    """There is no way from the database's schema to this version's: another version made it."""


def upgrade(url: str) -> None:
    """Bring the database at `url` to this version, or raise `CannotMigrate`; do nothing when it is there already."""
    with _ONE_IN_THIS_PROCESS:
        asyncio.run(_migrate(url))


async def migrate(url: str) -> None:
    """The same from within an event loop."""
    await asyncio.to_thread(upgrade, url)


async def is_current(where: str | Database) -> bool:
    """Whether the database has exactly this version's schema."""
    if isinstance(where, Database):
        async with where.read() as session:
            return await (await session.connection()).run_sync(_is_current)
    async with connection_to(where) as connection:
        return await connection.run_sync(_is_current)


@asynccontextmanager
async def connection_to(url: str) -> AsyncIterator[AsyncConnection]:
    """One connection that may take its time, unlike the server's: a migration can be long."""
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            await asyncio.to_thread(Path(parsed.database).parent.mkdir, parents=True, exist_ok=True)
        database = Database(url)
        try:
            async with database.engine.connect() as connection:
                yield connection
        finally:
            await database.close()
        return
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            yield connection
    finally:
        await engine.dispose()


async def _migrate(url: str) -> None:
    async with connection_to(url) as connection:
        if await connection.run_sync(_is_current):
            return
        await connection.rollback()
        if connection.dialect.name == "postgresql":
            # Two nodes that start together take turns; the second finds the work done.
            await connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": MIGRATION_LOCK})
        await connection.run_sync(_upgrade)
        await connection.commit()


def _is_current(connection: Connection) -> bool:
    if not inspect(connection).has_table("alembic_version"):
        return False
    return list(connection.execute(text("SELECT version_num FROM alembic_version")).scalars()) == [newest()]


def newest() -> str:
    """The revision that this version wants. They are numbered, and each file's name begins with its number."""
    return max(file.name.partition("_")[0] for file in (MIGRATIONS / "versions").glob("[0-9]*_*.py"))


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    config.set_main_option("path_separator", "os")
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise CannotMigrate(str(error)) from error
