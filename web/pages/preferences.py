"""How the pages look and act in this browser: choices kept in cookies that hold nothing else."""

from collections.abc import Collection

from starlette.requests import Request
from starlette.responses import Response

from web.cookies import is_secure
from web.i18n import LANGUAGE_COOKIE, LANGUAGES
from web.nudge import NUDGED_COOKIE
from web.pages.going import go_to, own_address
from web.rendering import (
    SENDING_KEY_COOKIE,
    SENDING_KEYS,
    SHORTCUTS,
    SHORTCUTS_COOKIE,
    THEME_COOKIE,
    THEMES,
    site_of,
)

A_YEAR = 365 * 24 * 3600


async def language(request: Request) -> Response:
    """Choose a language, then go on where one was."""
    return await _choose(request, "language", LANGUAGE_COOKIE, LANGUAGES)


async def theme(request: Request) -> Response:
    """Choose a theme, or follow the system's again."""
    return await _choose(request, "theme", THEME_COOKIE, THEMES)


async def sending_key(request: Request) -> Response:
    """Choose whether Enter sends a reply or breaks the line."""
    return await _choose(request, "sending_key", SENDING_KEY_COOKIE, SENDING_KEYS)


async def dismiss_nudge(request: Request) -> Response:
    """Hear no more of the messages that wait to be sent now; those forgotten later are pointed out again."""
    form = await request.form()
    response = go_to(own_address(str(form.get("next", "/"))))
    moment = str(int(site_of(request).now().timestamp()))
    secure = is_secure(request.scope)
    response.set_cookie(NUDGED_COOKIE, moment, max_age=A_YEAR, secure=secure, httponly=True, samesite="lax")
    return response


async def shortcuts(request: Request) -> Response:
    """Choose whether single keys, such as `n` for a new message, do something."""
    return await _choose(request, "shortcuts", SHORTCUTS_COOKIE, SHORTCUTS)


async def _choose(request: Request, field: str, cookie: str, known: Collection[str]) -> Response:
    form = await request.form()
    chosen = str(form.get(field, ""))
    response = go_to(own_address(str(form.get("next", "/"))))
    secure = is_secure(request.scope)
    if chosen in known:
        response.set_cookie(cookie, chosen, max_age=A_YEAR, secure=secure, httponly=True, samesite="lax")
    else:
        response.delete_cookie(cookie, secure=secure, httponly=True, samesite="lax")
    return response
