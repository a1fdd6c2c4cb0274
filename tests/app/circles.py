"""What the tests of rooms do again and again: replies through the real log, and looking through every door."""

from datetime import UTC, datetime, timedelta

from app.discussions import entries
from app.errors import NotFound
from app.pace import Pace
from app.replies import ReplyLog
from app.site import Identity, Site
from app.verdicts import NewReply, Posted
from store.columns import new_id


class Clock:
    """A clock that goes on by a second whenever somebody looks."""

    def __init__(self) -> None:
        self._now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        self._now += timedelta(seconds=1)
        return self._now


def reply_log(site: Site) -> ReplyLog:
    """A reply log on this site's store, without limits on pace."""
    return ReplyLog(
        site.database,
        site.announce,
        site.now,
        pace=Pace(1, 1, enabled=False),
        asleep_after=timedelta(days=30),
    )


async def reply(site: Site, who: Identity, discussion: str, body: str = "Yes.") -> Posted:
    """Post one reply and wait until it is durable."""
    return await reply_log(site).post(NewReply(who.ref, discussion, new_id(), body))


async def seen(site: Site, who: Identity, discussion: str) -> list[int]:
    """The numbers of all entries that this person finds in the log; none if it is not found."""
    try:
        return [line.seq for line in (await entries(site, who, discussion, after=0, limit=200)).items]
    except NotFound:
        return []
