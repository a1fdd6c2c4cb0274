"""A small application behind the real checks, for tests that need no routes of ours."""

from dataclasses import dataclass
from typing import Any

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from app.pace import Pace
from app.settings import Settings
from app.site import Site
from web.errors import exception_handlers
from web.security import anyone, middleware, who


@dataclass(frozen=True)
class SmallNode:
    """What the checks need of a node."""

    site: Site
    settings: Settings
    requests: Pace


def small_app(site: Site, requests: Pace | None = None) -> Starlette:
    """Answers `/api/me`, `/api/echo` and `/static/x` behind all middleware."""
    app = Starlette(
        routes=[
            Route("/api/me", _me, methods=["GET", "POST"]),
            Route("/api/echo", _echo, methods=["POST"]),
            Route("/api/broken", _broken),
            Route("/own", _own),
            Route("/static/x", _static),
            Route("/healthz", _static),
        ],
        middleware=middleware(),
        exception_handlers=exception_handlers,
    )
    app.state.node = SmallNode(site, site.settings, requests or Pace(1, 1, enabled=False))
    return app


def client_of(app: Starlette, scheme: str = "http", address: str = "127.0.0.1") -> httpx.AsyncClient:
    """A client whose requests reach `app` directly; it sees the answer even where the app then fails."""
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url=f"{scheme}://parley.example")


def socket_scope(scheme: str, **headers: str) -> dict[str, Any]:
    """The ASGI scope of a socket that is opened with these headers."""
    encoded = [(b"host", b"parley.example")]
    encoded += [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "websocket", "scheme": scheme, "path": "/live", "headers": encoded}


async def _me(request: Request) -> Response:
    identity = anyone(request)
    return JSONResponse(identity.login if identity else None)


async def _own(request: Request) -> Response:
    return PlainTextResponse(who(request).login)


async def _echo(request: Request) -> Response:
    return PlainTextResponse(str(len(await request.body())))


async def _broken(request: Request) -> Response:
    raise RuntimeError("a secret of the server")


async def _static(request: Request) -> Response:
    return PlainTextResponse("x", headers={"Cache-Control": "public, max-age=1"})
