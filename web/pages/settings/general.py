"""How one is called, how pages look and act, and what others see."""

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app import own_password, own_settings
from app.errors import InvalidInput
from app.own_settings import OwnSettings
from web.i18n import mark
from web.identity import who
from web.pages.fields import said
from web.pages.going import go_to
from web.rendering import render, site_of
from web.zones import zone_meant, zones_of

SWITCHES = ("shortcuts", "read_receipts", "messaging", "shows_presence", "shares_email")
"""Check boxes: absent is off."""
SENTENCES = {
    ("name", "empty"): mark("Write your name."),
    ("name", "invalid"): mark("The name holds characters that cannot be shown."),
    ("name", "too_long"): mark("A name has at most 200 characters."),
    ("time_zone", "unknown"): mark(
        "No time zone is called so. Type the name of a large city near you and choose from the list."
    ),
}


async def show(request: Request) -> Response:
    """The settings as they are."""
    settings = await own_settings.show(site_of(request), who(request))
    return await _form(request, settings)


async def change(request: Request) -> Response:
    """Keep them, or say which cannot be kept, with what was typed."""
    form = await request.form()
    try:
        await own_settings.change(site_of(request), who(request), **_fields(form))
    except InvalidInput as error:
        settings = await own_settings.show(site_of(request), who(request))
        return await _form(request, settings, said(request, SENTENCES, error), _typed(form))
    return go_to("/settings?saved=1")


def _fields(form: FormData) -> Any:
    """What the form says, as the use case names it. A field that is not in it stays as it is."""
    texts = {name: _text(form, name) for name in ("name", "language", "theme", "sending_key") if name in form}
    zone = {"time_zone": zone_meant(_text(form, "time_zone"))} if "time_zone" in form else {}
    if "switches" not in form:
        return texts | zone
    switches = {name: name in form for name in SWITCHES}
    return texts | zone | {"hides_presence": not switches.pop("shows_presence")} | switches


def _typed(form: FormData) -> dict[str, str]:
    return {name: _text(form, name) for name in ("name", "time_zone") if name in form}


def _text(form: FormData, name: str) -> str:
    return str(form.get(name, ""))


async def _form(
    request: Request,
    settings: OwnSettings,
    wrong: dict[str, str] | None = None,
    typed: dict[str, str] | None = None,
) -> Response:
    context = {
        "settings": settings,
        "wrong": wrong or {},
        "typed": {"name": settings.name, "time_zone": settings.time_zone} | (typed or {}),
        "zones": zones_of(settings.language),
        "has_password": await own_password.has_password(site_of(request), who(request)),
        "saved": request.method == "GET" and "saved" in request.query_params,
    }
    return await render(request, "settings.html", status=422 if wrong else 200, **context)
