"""The audit log: what admins and operators did, the latest first."""

from babel.lists import format_list
from starlette.requests import Request
from starlette.responses import Response

from app.administration import log
from app.administration.log import Noted
from app.errors import InvalidInput
from app.paging import Page
from web.i18n import catalogue
from web.pages.administration.door import admin, asked, cursor, further
from web.pages.administration.sentences import ACTIONS, COUNTS, DONE, FIELDS, REACHES, ROLES
from web.rendering import View, render, sentence, site_of, view_of


async def show(request: Request) -> Response:
    """Of one action or person only, if it is asked for."""
    me, site = admin(request), site_of(request)
    action, person = asked(request, "action"), asked(request, "person")
    action = action if action in ACTIONS else ""
    try:
        found = await log.read(site, me, action=action, person=person, cursor=cursor(request))
    except InvalidInput:
        found = Page([], None)
    return await render(
        request,
        "administration/audit.html",
        here="audit",
        found=found,
        further=further(request, found.next),
        actions=ACTIONS,
        sentences=DONE,
        action=action,
        person=person,
        detail=lambda one: _detail(request, view_of(request), one),
    )


def _detail(request: Request, view: View, one: Noted) -> str:
    """What of it changed: fields by their names, roles and reaches from what to what; else as it is written."""
    if one.action == "person_changed":
        parts = [_changed(request, part) for part in one.detail.split()]
        return str(format_list(parts, locale=view.language.locale)) if parts else ""
    if one.action.startswith("rule_"):
        before, _, after = one.detail.removeprefix("reach=").partition("→")
        names = [sentence(request, REACHES[name]) for name in (before, after) if name in REACHES]
        return " → ".join(names)
    counts = [_counted(view, *part.partition("=")[::2]) for part in one.detail.split() if "=" in part]
    return ", ".join(counts) if counts else one.detail


def _counted(view: View, what: str, number: str) -> str:
    """How many of what, in words."""
    if what not in COUNTS or not number.isascii() or not number.isdigit():
        return f"{what} {number}"
    return catalogue(view.language.code).ngettext(*COUNTS[what], int(number)).format(n=number)


def _changed(request: Request, part: str) -> str:
    field, _, change = part.partition("=")
    name = sentence(request, FIELDS[field]) if field in FIELDS else field
    roles = [sentence(request, ROLES[role]) for role in change.split(">") if role in ROLES]
    return f"{name} ({' → '.join(roles)})" if roles else name
