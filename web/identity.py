"""Who is acting in a request that has passed `web.security`."""

from starlette.requests import HTTPConnection

from app.errors import NotSignedIn
from app.site import Identity


def who(connection: HTTPConnection) -> Identity:
    """Who is acting; raises `NotSignedIn` when nobody is."""
    identity = anyone(connection)
    if identity is None:
        raise NotSignedIn
    return identity


def anyone(connection: HTTPConnection) -> Identity | None:
    """Who is acting, or nobody."""
    identity: Identity | None = connection.scope.get("state", {}).get("who")
    return identity
