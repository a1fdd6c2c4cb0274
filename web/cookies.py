"""How a request says who it comes from: the sign-in cookie, or a Bearer token. Never the URL."""

from dataclasses import dataclass
from datetime import datetime

from starlette.requests import HTTPConnection
from starlette.responses import Response
from starlette.types import Scope

from app.sign_in import SignedIn

LONGEST_SECRET = 200


@dataclass(frozen=True)
class Credentials:
    """What a request shows. A token that is named explicitly goes before a cookie that the browser adds."""

    cookie: str | None
    bearer: str | None

    @property
    def any(self) -> bool:
        """Whether there is something to look up at all."""
        return self.cookie is not None or self.bearer is not None


def is_secure(scope: Scope) -> bool:
    """Whether the request came over https (or wss)."""
    return scope["scheme"] in ("https", "wss")


def cookie_name(scope: Scope, name: str = "parley") -> str:
    """`__Host-parley` over https, where the browser enforces what the prefix promises; else `parley`."""
    return f"__Host-{name}" if is_secure(scope) else name


def credentials(scope: Scope) -> Credentials:
    """The credentials of an HTTP or WebSocket request."""
    connection = HTTPConnection(scope)
    kind, _, token = connection.headers.get("authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return Credentials(None, _bounded(token.strip()))
    return Credentials(_bounded(connection.cookies.get(cookie_name(scope))), None)


def set_sign_in(response: Response, scope: Scope, signed_in: SignedIn) -> None:
    """Hand the browser the secret of its new sign-in."""
    renew_sign_in(response, scope, signed_in.secret, signed_in.expires_at)


def renew_sign_in(response: Response, scope: Scope, secret: str, expires_at: datetime) -> None:
    """Hand the browser the secret by which its sign-in is known from now on."""
    set_cookie(response, scope, "parley", secret, until=expires_at)


def clear_sign_in(response: Response, scope: Scope) -> None:
    """Make the browser forget its sign-in."""
    clear_cookie(response, scope, "parley")


def set_cookie(
    response: Response,
    scope: Scope,
    name: str,
    value: str,
    *,
    seconds: int | None = None,
    until: datetime | None = None,
) -> None:
    """Give the browser a secret that only this site, over its own connection, gets back: for a while or until then."""
    response.set_cookie(
        cookie_name(scope, name),
        value,
        max_age=seconds,
        expires=until,
        path="/",
        secure=is_secure(scope),
        httponly=True,
        samesite="lax",
    )


def host_cookie(connection: HTTPConnection, name: str) -> str:
    """What `set_cookie` gave; empty where it did not, or too long ago."""
    return connection.cookies.get(cookie_name(connection.scope, name), "")


def clear_cookie(response: Response, scope: Scope, name: str) -> None:
    """Make the browser forget it."""
    response.delete_cookie(
        cookie_name(scope, name), path="/", secure=is_secure(scope), httponly=True, samesite="lax"
    )


def _bounded(secret: str | None) -> str | None:
    return secret if secret and len(secret) <= LONGEST_SECRET and secret.isascii() else None
