"""A store that goes away in the middle of something."""

from collections.abc import Callable
from typing import TypeVar

from store.database import Database, StoreUnavailable
from store.prepared import Link

T = TypeVar("T")


class LeavingDatabase(Database):
    """A database that answers so many direct transactions and then goes away."""

    answers = 10**6

    async def transact(self, work: Callable[[Link], T]) -> T:
        """A transaction, while there are answers left."""
        if self.answers == 0:
            raise StoreUnavailable
        self.answers -= 1
        return await super().transact(work)
