"""Messages that were begun and then forgotten: forgetting to send is the common error, so they are pointed out."""

from datetime import datetime, timedelta

import msgspec

from app.site import Identity, Site
from store import drafts as stored

FORGOTTEN_AFTER = timedelta(hours=1)
"""How long a draft lies untouched before its author is asked about it."""


class Forgotten(msgspec.Struct, frozen=True):
    """Drafts that nobody has touched for over an hour: how many, and the oldest with its last change."""

    count: int
    oldest: str
    since: datetime


async def forgotten(site: Site, who: Identity, *, dismissed_at: datetime | None = None) -> Forgotten | None:
    """One's own drafts that wait; those that waited already when one did not want to hear of them are left out."""
    now = site.now()
    after = dismissed_at - FORGOTTEN_AFTER if dismissed_at else None
    async with site.database.read() as session:
        found = await stored.untouched_drafts(
            session, who.person_id, before=now - FORGOTTEN_AFTER, after=after
        )
    return Forgotten(*found) if found else None
