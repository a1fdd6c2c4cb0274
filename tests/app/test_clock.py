"""What time it is, on both databases."""

from datetime import datetime, timedelta

from app.clock import Clock
from store.columns import utc_now
from store.database import Database

AN_HOUR = timedelta(hours=1)
CLOSE = timedelta(seconds=5)


async def test_a_wrong_clock_is_set_by_the_stores(database: Database) -> None:
    """With PostgreSQL a machine's clock that is an hour ahead does not matter; a file's clock is the machine's."""

    def ahead() -> datetime:
        return utc_now() + AN_HOUR

    clock = Clock(database, ahead)
    assert abs(clock.now() - ahead()) < CLOSE
    await clock.set()
    right = ahead() if database.is_sqlite else utc_now()
    assert abs(clock.now() - right) < CLOSE
