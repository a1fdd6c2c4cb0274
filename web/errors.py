"""Every refusal as an answer: problem+json (RFC 9457) for programs, a page for people.

Foreign and missing things get byte for byte the same answer, so nothing here repeats what was asked for.
"""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

import msgspec
import structlog
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, HTTPConnection, Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Scope

from app import errors
from app.errors import FieldError, RefusedRecipient
from store.database import StoreUnavailable
from web import rendering
from web.headers import protect

log = structlog.get_logger(__name__)

PROBLEM_TYPE = "application/problem+json"

STATUS: dict[type[errors.ParleyError], int] = {
    errors.NotSignedIn: 401,
    errors.Forbidden: 403,
    errors.NotFound: 404,
    errors.AlreadySent: 409,
    errors.ClientIdReused: 409,
    errors.VersionConflict: 412,
    errors.FileTooLarge: 413,
    errors.FilesFull: 422,
    errors.InvalidInput: 422,
    errors.NoRecipients: 422,
    errors.RecipientsRefused: 422,
    errors.RateLimited: 429,
    errors.Unavailable: 503,
}

# What the door itself refuses, by status: a stable code and a sentence.
OWN: dict[int, tuple[str, str]] = {
    404: (errors.NotFound.code, errors.NotFound.default_detail),
    405: ("method_not_allowed", "This method is not offered here."),
    500: ("server_error", "Something went wrong on our side; it has been noted."),
}


class Problem(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why nothing happened, as RFC 9457 has it; `code` is stable, `detail` is for programmers to read."""

    type: str
    status: int
    title: str
    code: str
    detail: str
    errors: list[FieldError] | None = None
    refused: list[RefusedRecipient] | None = None
    current: int | None = None
    most: int | None = None
    retry_after: float | None = None


class Refused(HTTPException):
    """The door itself refuses a request: an HTTP status with a stable code."""

    def __init__(self, status: int, code: str, detail: str, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(status, detail, headers)
        self.code = code


def problem_of(error: Exception) -> Problem:
    """What `error` is in the words of the API; what is not known is a `server_error` that tells nothing."""
    if isinstance(error, StoreUnavailable):
        error = errors.Unavailable()
    if isinstance(error, errors.ParleyError):
        status = next(STATUS[cls] for cls in type(error).__mro__ if cls in STATUS)
        return _problem(status, error.code, error.detail, **_details(error))
    if isinstance(error, Refused):
        return _problem(error.status_code, error.code, error.detail)
    if isinstance(error, HTTPException):
        title = _title(error.status_code)
        code, detail = OWN.get(error.status_code, (title.lower().replace(" ", "_"), f"{title}."))
        return _problem(error.status_code, code, detail)
    return _problem(500, *OWN[500])


def answer(connection: HTTPConnection, error: Exception) -> Response:
    """The answer that tells `error`: problem+json under /api, a page (or the way to sign in) elsewhere."""
    problem = problem_of(error)
    if is_for_programs(connection.scope):
        body = msgspec.json.encode(problem)
        response = Response(body, problem.status, media_type=PROBLEM_TYPE)
    elif isinstance(error, errors.NotSignedIn) and problem.code == errors.NotSignedIn.code:
        response = RedirectResponse(f"/sign-in{_way_back(connection.scope)}", HTTPStatus.SEE_OTHER)
    else:
        response = rendering.render_error(Request(connection.scope), problem)
    response.headers.update(_headers(error, problem))
    return response


async def refuse(request: Any, error: Exception) -> Response:
    """Exception handler for what is refused or cannot be done now."""
    return answer(request, error)


async def let_go(request: Any, error: Exception) -> Response:
    """Exception handler for a client that went away in the middle of its request: nobody hears the answer."""
    return Response(status_code=HTTPStatus.BAD_REQUEST)


async def fail(request: Any, error: Exception) -> Response:
    """Exception handler for our own mistakes: noted by kind and place, without content."""
    log.error("request_failed", error=type(error).__name__, method=request.method)
    response = answer(request, error)
    # This answer is sent from outside all middleware.
    protect(response.headers, request.scope, response.status_code)
    return response


exception_handlers: dict[Any, Callable[..., Any]] = {
    errors.ParleyError: refuse,
    StoreUnavailable: refuse,
    HTTPException: refuse,
    ClientDisconnect: let_go,
    Exception: fail,
}


def _problem(status: int, code: str, detail: str, **details: Any) -> Problem:
    return Problem("about:blank", status, _title(status), code, detail, **details)


def _title(status: int) -> str:
    return HTTPStatus(status).phrase


def _details(error: errors.ParleyError) -> dict[str, Any]:
    match error:
        case errors.InvalidInput():
            return {"errors": list(error.errors)}
        case errors.RecipientsRefused():
            return {"refused": error.refused}
        case errors.VersionConflict():
            return {"current": error.current}
        case errors.FileTooLarge() | errors.FilesFull():
            return {"most": error.most}
        case errors.RateLimited() | errors.Unavailable():
            return {"retry_after": error.retry_after}
        case _:
            return {}


def _headers(error: Exception, problem: Problem) -> dict[str, str]:
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if problem.status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    if problem.retry_after is not None:
        headers["Retry-After"] = str(max(1, round(problem.retry_after)))
    return headers


def is_for_programs(scope: Scope) -> bool:
    """Whether this path is one of the API's, or one that machines look at."""
    path = scope["path"]
    return path == "/api" or path.startswith("/api/") or path in ("/healthz", "/readyz", "/metrics")


def _way_back(scope: Scope) -> str:
    """Where to go on after signing in: only what a link may show, and only a path of ours."""
    path = scope["path"]
    if scope.get("method") != "GET" or path == "/" or path.startswith(("//", "/fragments/")):
        return ""
    query = scope.get("query_string", b"").decode("latin-1")
    return "?next=" + quote(f"{path}?{query}" if query else path, safe="/")
