"""How often one person may do what costs others something. Shared by the API and the pages."""

from limits import RateLimitItem, RateLimitItemPerMinute

from app.site import Identity, Site

SENDING = RateLimitItemPerMinute(120, namespace="sending")
ADDING = RateLimitItemPerMinute(120, namespace="adding")
SEARCHING = RateLimitItemPerMinute(600, namespace="searching")


async def spend(site: Site, limit: RateLimitItem, who: Identity) -> None:
    """Count one try of this person; raise `RateLimited` when there were too many."""
    await site.throttle.spend(limit, who.person_id)
