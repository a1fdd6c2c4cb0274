"""How often one person, or one address, may do what costs others something. Shared by the API and the pages."""

from limits import RateLimitItem, RateLimitItemPerMinute
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app.errors import RateLimited
from app.pace import Pace
from app.site import Identity, Site
from web.addresses import counted_address
from web.errors import answer

SENDING = RateLimitItemPerMinute(120, namespace="sending")
ADDING = RateLimitItemPerMinute(120, namespace="adding")
UPLOADING = RateLimitItemPerMinute(300, namespace="uploading")
FILING = RateLimitItemPerMinute(240, namespace="filing")
DOWNLOADING = RateLimitItemPerMinute(30, namespace="downloading")
SEARCHING = RateLimitItemPerMinute(600, namespace="searching")

REQUESTS_PER_SECOND = 100.0
REQUESTS_AT_ONCE = 1000
"""Requests of a person; of an address, those of nobody who is signed in. Far above what twenty browsers ask for
when they all come back at once, far below what one process answers."""


async def spend(site: Site, limit: RateLimitItem, who: Identity) -> None:
    """Count one try of this person; raise `RateLimited` when there were too many."""
    await site.throttle.spend(limit, who.person_id)


def spend_request(pace: Pace, scope: Scope, who: Identity | None) -> None:
    """Count one request of whoever is asking; raise `RateLimited` when there were too many."""
    asking = who.person_id if who else counted_address(scope)
    if asking is not None:
        pace.spend(asking)


class Paced:
    """Refuses requests that come too fast. Stands behind `Identify`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 429. Sockets, and what is the same for everybody, are not counted here."""
        state = scope.get("state", {})
        if scope["type"] == "http" and "who" in state:
            try:
                spend_request(scope["app"].state.node.requests, scope, state["who"])
            except RateLimited as error:
                await answer(HTTPConnection(scope), error)(scope, receive, send)
                return
        await self.app(scope, receive, send)
