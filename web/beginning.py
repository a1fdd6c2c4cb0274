"""On a site without anybody, every page leads to the first start."""

from http import HTTPStatus

from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from app import first_start
from store.database import StoreUnavailable
from web.errors import answer, is_for_programs

PATH = "/first-start"
OPEN = (PATH, "/language", "/theme")


class Beginning:
    """Leads to the first start for as long as there is nobody; after that it costs nothing."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 303. Programs and the live socket are told that nobody is signed in, as ever."""
        site = scope["app"].state.node.site if scope["type"] == "http" else None
        if site is None or site.has_people.is_set() or _is_open(scope):
            await self.app(scope, receive, send)
            return
        try:
            over = await first_start.is_over(site)
        except StoreUnavailable as error:
            await answer(HTTPConnection(scope), error)(scope, receive, send)
            return
        onward = self.app if over else RedirectResponse(PATH, HTTPStatus.SEE_OTHER)
        await onward(scope, receive, send)


def _is_open(scope: Scope) -> bool:
    path = scope["path"]
    return path in OPEN or path.startswith(("/static/", "/fragments/")) or is_for_programs(scope)
