"""The own menu: how the pages look and act. A person's choices are her own; a visitor's stay in this browser."""

from collections.abc import Collection
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from app import own_settings
from app.own_settings import SENDING_KEYS, THEMES
from web.cookies import is_secure
from web.i18n import LANGUAGE_COOKIE, LANGUAGES
from web.identity import anyone
from web.nudge import NUDGED_COOKIE
from web.pages.going import go_to, own_address
from web.rendering import THEME_COOKIE, site_of

A_YEAR = 365 * 24 * 3600


async def language(request: Request) -> Response:
    """Choose a language, then go on where one was."""
    chosen = await _chosen(request, "language", LANGUAGES)
    return await _keep(request, LANGUAGE_COOKIE, chosen, {"language": chosen} if chosen else {})


async def theme(request: Request) -> Response:
    """Choose a theme, or follow the system's again."""
    chosen = await _chosen(request, "theme", THEMES)
    return await _keep(request, THEME_COOKIE, chosen, {"theme": chosen})


async def sending_key(request: Request) -> Response:
    """Choose whether Enter sends a reply or breaks the line."""
    return await _keep(request, "", "", {"sending_key": await _chosen(request, "sending_key", SENDING_KEYS)})


async def shortcuts(request: Request) -> Response:
    """Choose whether single keys, such as `n` for a new message, do something."""
    return await _keep(request, "", "", {"shortcuts": await _chosen(request, "shortcuts", ("off",)) != "off"})


async def dismiss_nudge(request: Request) -> Response:
    """Hear no more of the messages that wait to be sent now; those forgotten later are pointed out again."""
    response = await _go_on(request)
    _remember(request, response, NUDGED_COOKIE, str(int(site_of(request).now().timestamp())))
    return response


async def _chosen(request: Request, field: str, known: Collection[str]) -> str:
    chosen = str((await request.form()).get(field, ""))
    return chosen if chosen in known else ""


async def _keep(request: Request, cookie: str, chosen: str, own: dict[str, Any]) -> Response:
    """Keep what was chosen: with the person, or in a visitor's browser."""
    response = await _go_on(request)
    if who := anyone(request):
        await own_settings.change(site_of(request), who, **own)
    elif cookie:
        _remember(request, response, cookie, chosen)
    return response


async def _go_on(request: Request) -> Response:
    return go_to(own_address(str((await request.form()).get("next", "/"))))


def _remember(request: Request, response: Response, cookie: str, value: str) -> None:
    secure = is_secure(request.scope)
    if value:
        response.set_cookie(cookie, value, max_age=A_YEAR, secure=secure, httponly=True, samesite="lax")
    else:
        response.delete_cookie(cookie, secure=secure, httponly=True, samesite="lax")
