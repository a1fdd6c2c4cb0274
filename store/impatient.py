"""PostgreSQL connections that are given up quickly."""

from asyncpg import Connection

GOODBYE_SECONDS = 0.2


class ImpatientConnection(Connection):  # type: ignore[misc]
    """A connection that does not wait long for an answer to its goodbye.

    What did not answer a command in time will not answer a goodbye either, and whoever asked waits for both; the
    driver would give it two seconds more.
    """

    __slots__ = ()

    async def close(self, *, timeout: float | None = None) -> None:  # noqa: ASYNC109 - the driver calls it so
        """Close in order, or abort after `GOODBYE_SECONDS`; raises what the driver raises."""
        await super().close(timeout=min(timeout or GOODBYE_SECONDS, GOODBYE_SECONDS))
