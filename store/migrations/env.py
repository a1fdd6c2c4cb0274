"""Alembic's environment: runs on the connection that `store.migrate` hands over.

Without one (the `alembic` command, for writing a revision) it opens the database of `PARLEY_DATABASE_URL`.
"""

import asyncio
import os

from alembic import context
from sqlalchemy import Connection
from sqlmodel import SQLModel

import store.tables  # noqa: F401 - fills the metadata
from store.migrate import connection_to

metadata = SQLModel.metadata


def run(connection: Connection) -> None:
    """Bring the database behind `connection` to the wanted revision, in one transaction."""
    context.configure(
        connection=connection,
        target_metadata=metadata,
        # SQLite rolls schema changes back as well as any other; Alembic only assumes that it does not.
        transactional_ddl=True,
        render_as_batch=connection.dialect.name == "sqlite",
        compare_type=True,
    )
    with context.begin_transaction():
        context.run_migrations()


async def run_by_hand() -> None:
    """Run on the database that the environment names."""
    async with connection_to(os.environ["PARLEY_DATABASE_URL"]) as connection:
        await connection.run_sync(run)


if context.is_offline_mode():
    raise SystemExit("Migrations run on a database; printing SQL is not offered.")
given = context.config.attributes.get("connection")
if given is None:
    asyncio.run(run_by_hand())
else:
    run(given)
