"""Who is acting, and whether the request comes from where it says: pure ASGI, before any route.

What a person may do is not decided here but in the use cases' own queries.
"""

from urllib.parse import urlsplit

from starlette.middleware import Middleware
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Receive, Scope, Send

from app import sign_in
from app.settings import Settings
from app.site import Identity, Site
from store.database import StoreUnavailable
from web.beginning import Beginning
from web.bounds import Bounds
from web.cookies import credentials, is_secure
from web.errors import Refused, answer
from web.headers import Headers
from web.identity import anyone, who
from web.limits import Paced

__all__ = ["anyone", "identify_connection", "middleware", "origin_allowed", "who"]

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
NOBODY_ASKED = ("/static/", "/healthz", "/readyz")
"""Paths whose answers are the same for everybody: no query is spent on who asks."""


def middleware() -> list[Middleware]:
    """What every request passes, outermost first. Needs `app.state.node`."""
    return [
        Middleware(PublicScheme),
        Middleware(Headers),
        Middleware(Bounds),
        Middleware(CrossSite),
        Middleware(Identify),
        Middleware(Paced),
        Middleware(Beginning),
    ]


async def identify_connection(site: Site, scope: Scope) -> Identity | None:
    """Who an HTTP request or a socket comes from: one query, none without credentials.

    Raises `StoreUnavailable` when that cannot be found out.
    """
    shown = credentials(scope)
    if not shown.any:
        return None
    return await sign_in.identify(site, cookie=shown.cookie, bearer=shown.bearer)


def origin_allowed(settings: Settings, scope: Scope) -> bool:
    """Whether a socket may be opened from here.

    A browser always names the origin of the page that opens a socket: it must be the server's own or a
    configured one. Who names none is a program, which no foreign page can make use of.
    """
    connection = HTTPConnection(scope)
    origin = connection.headers.get("origin")
    return origin is None or _is_own(settings, connection, origin)


class PublicScheme:
    """Knows https behind a proxy that ends TLS: by the configured origin, not by headers that anybody can send."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what was sent to `https://<Host>`, as `PARLEY_ALLOWED_ORIGINS` has it, as https."""
        if scope["type"] in ("http", "websocket") and not is_secure(scope):
            host = HTTPConnection(scope).headers.get("host", "")
            if f"https://{host}" in scope["app"].state.node.settings.allowed_origins:
                scope["scheme"] = {"http": "https", "ws": "wss"}[scope["scheme"]]
        await self.app(scope, receive, send)


class CrossSite:
    """Refuses what changes something and does not come from a page of this site.

    A request with a token and without cookies is a program's and passes: no browser sends a token by itself.
    One without credentials passes unless it says that it comes from elsewhere, so that nobody can be signed
    in by a foreign page.
    """

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, or answer 403 `cross_site`."""
        if scope["type"] != "http" or scope["method"] in SAFE_METHODS or _is_same_site(scope):
            await self.app(scope, receive, send)
            return
        refused = Refused(403, "cross_site", "This change was not asked for by a page of this site.")
        await answer(HTTPConnection(scope), refused)(scope, receive, send)


class Identify:
    """Finds out who is acting, once per request, for `who` and `anyone`."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Set `scope["state"]["who"]`. Sockets identify themselves, with `identify_connection`."""
        if scope["type"] != "http" or scope["path"].startswith(NOBODY_ASKED):
            await self.app(scope, receive, send)
            return
        try:
            identity = await identify_connection(scope["app"].state.node.site, scope)
        except StoreUnavailable as error:
            await answer(HTTPConnection(scope), error)(scope, receive, send)
            return
        scope.setdefault("state", {})["who"] = identity
        await self.app(scope, receive, send)


def _is_same_site(scope: Scope) -> bool:
    connection = HTTPConnection(scope)
    headers = connection.headers
    has_cookie = "cookie" in headers
    if not has_cookie and credentials(scope).bearer is not None:
        return True
    if "origin" in headers:
        return _is_own(scope["app"].state.node.settings, connection, headers["origin"])
    if "sec-fetch-site" in headers:
        return headers["sec-fetch-site"] in ("same-origin", "none")
    return not has_cookie


def _is_own(settings: Settings, connection: HTTPConnection, origin: str) -> bool:
    scheme = "https" if is_secure(connection.scope) else "http"
    own = f"{scheme}://{connection.headers.get('host', '')}"
    return _plain(origin) in {_plain(own), *map(_plain, settings.allowed_origins)} - {None}


def _plain(origin: str) -> tuple[str, str, int] | None:
    """Scheme, host and port of an origin; None for what is none (`null`, a path, nonsense)."""
    try:
        parts = urlsplit(origin)
        port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    except (ValueError, KeyError):
        return None
    if not parts.hostname or parts.path or parts.query or parts.fragment or parts.username is not None:
        return None
    return parts.scheme, parts.hostname, port
