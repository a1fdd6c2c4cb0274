"""What the pages for admins have in common: who asks, and where a list goes on."""

from urllib.parse import urlencode

from starlette.requests import Request

from app.administration.acting import check_admin
from app.errors import NotFound
from app.site import Identity
from store.columns import is_id
from web.identity import who

MOST_CHARACTERS = 500
"""Of a field of a form that is looked at."""


def admin(request: Request) -> Identity:
    """Who asks. Raises `NotSignedIn`, `Forbidden`."""
    me = who(request)
    check_admin(me)
    return me


def identifier(request: Request) -> str:
    """The identifier in the path; what cannot be one does not exist. Raises `NotFound`."""
    found: str = request.path_params["id"]
    if not is_id(found):
        raise NotFound
    return found


def asked(request: Request, name: str) -> str:
    """A parameter of the query, within bounds; empty if there is none, or none that is text."""
    text = request.query_params.get(name, "")[:MOST_CHARACTERS]
    return "" if "\0" in text else text


def cursor(request: Request) -> str | None:
    """Where the list goes on."""
    return asked(request, "cursor") or None


def further(request: Request, next_: str | None) -> str:
    """The address of the following page of this list; empty at its end."""
    if next_ is None:
        return ""
    kept = {name: value for name, value in request.query_params.items() if name != "cursor"}
    return f"{request.url.path}?{urlencode({**kept, 'cursor': next_})}"
