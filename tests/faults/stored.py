"""What the store holds in the end, read by a connection of the test's own and without the product's queries."""

from collections.abc import Iterable
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

LOG = text(
    "SELECT seq, kind, author_id, body, client_id, about_person_id, reply_to_seq FROM entry"
    " WHERE message_id = :discussion ORDER BY seq"
)


@dataclass(frozen=True)
class StoredEntry:
    """One row of the log."""

    seq: int
    kind: str
    author_id: str
    body: str
    client_id: str | None
    about_id: str | None
    reply_to: int | None

    def ends_for(self, person_id: str) -> bool:
        """Whether this entry ends a person's part in the discussion."""
        return (self.kind == "removed" and self.about_id == person_id) or (
            self.kind == "stopped" and self.author_id == person_id
        )


async def read_logs(url: str, discussions: Iterable[str]) -> dict[str, list[StoredEntry]]:
    """The whole log of each of these discussions."""
    engine = create_async_engine(url, poolclass=NullPool)
    try:
        async with engine.connect() as connection:
            return {
                discussion: [
                    StoredEntry(*row) for row in await connection.execute(LOG, {"discussion": discussion})
                ]
                for discussion in discussions
            }
    finally:
        await engine.dispose()
