"""How each kind of database is connected to, and how long it may take."""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from store.direct import BUSY_SECONDS, configure

POSTGRES_COMMAND_SECONDS = 1.8
"""How long PostgreSQL has for an answer: who asked is refused within three seconds. The goodbye to each connection is
included, and a second for the processor, which has to refuse everybody who waited in the same moment."""
LOCK_SECONDS = 1.4
"""How long PostgreSQL lets a statement wait for a lock: less than `POSTGRES_COMMAND_SECONDS`, so that who waited keeps
her connection, and a frozen process waits for no more than that."""
IDLE_SECONDS = 5.0
"""After how long PostgreSQL ends a transaction whose process says nothing more: a process that is frozen, or whose
machine is gone, must not keep the others from the rooms that it has locked."""


def sqlite_engine(url: str, *, pool_size: int, begin: str) -> AsyncEngine:
    """Connections to a file, configured; `begin`: how each transaction is begun."""
    engine = create_async_engine(
        url,
        # What is written is private; an error says which statement failed, not with what.
        hide_parameters=True,
        poolclass=AsyncAdaptedQueuePool,
        pool_size=pool_size,
        max_overflow=0,
        pool_timeout=30,
        connect_args={"timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine.sync_engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        configure(connection)

    @event.listens_for(engine.sync_engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine


def postgres_engine(url: str, connections: int) -> AsyncEngine:
    """So many connections to PostgreSQL, none of which waits for long."""
    from store.impatient import ImpatientConnection  # here, so that SQLite loads no driver of PostgreSQL

    return create_async_engine(
        url,
        hide_parameters=True,
        pool_size=connections,
        max_overflow=0,
        pool_timeout=POSTGRES_COMMAND_SECONDS,
        pool_pre_ping=False,
        connect_args={
            "timeout": POSTGRES_COMMAND_SECONDS,
            "command_timeout": POSTGRES_COMMAND_SECONDS,
            "connection_class": ImpatientConnection,
            "server_settings": {
                "idle_in_transaction_session_timeout": f"{IDLE_SECONDS * 1000:.0f}",
                "lock_timeout": f"{LOCK_SECONDS * 1000:.0f}",
                # All statements are short ones: processes beside and compiled plans cost more than they save.
                "max_parallel_workers_per_gather": "0",
                "jit": "off",
            },
        },
    )
