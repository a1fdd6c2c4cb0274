"""A person's account: changed, let in, shut out, put into groups."""

from collections.abc import Mapping
from zoneinfo import available_timezones

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app import inviting
from app import people as shutting_out
from app.administration import groups, people
from app.administration.people import Account
from app.errors import FieldError, InvalidInput
from app.inviting import Invitation
from app.site import Identity, Site
from web.i18n import mark
from web.pages.administration.door import MOST_CHARACTERS, admin, asked, identifier
from web.pages.administration.sentences import ROLES, said
from web.pages.going import go_to
from web.rendering import render, site_of

FIELDS = ("login", "name", "email", "role", "language", "time_zone")
DONE: Mapping[str, str] = {
    "created": mark("The account is created. Make an invitation, so that a password can be chosen."),
    "saved": mark("The account is saved."),
    "grouped": mark("The groups are saved."),
    "suspended": mark("Suspended, and signed out everywhere."),
    "resumed": mark("Signing in is possible again."),
    "ended": mark("Signed out everywhere."),
}


async def show(request: Request) -> Response:
    """The account, and what can be done with it."""
    me = admin(request)
    account = await people.get(site_of(request), me, identifier(request))
    return await _show(request, me, account, _fields_of(account))


async def act(request: Request) -> Response:
    """What one of its buttons asks for."""
    me, site, form = admin(request), site_of(request), await request.form()
    account = await people.get(site, me, identifier(request))
    action = str(form.get("action", ""))
    if action in ("invite", "reset"):
        make = inviting.invite if action == "invite" else inviting.reset
        made = await make(site, me, account.id)
        return await _show(request, me, account, _fields_of(account), link=made)
    try:
        done = await _done(site, me, account, action, form)
    except InvalidInput as error:
        fields = _typed(form) if action == "save" else _fields_of(account)
        return await _show(request, me, account, fields, error=error)
    return go_to(f"/admin/people/{account.id}?done={done}")


async def _done(site: Site, me: Identity, account: Account, action: str, form: FormData) -> str:
    """Do it, and say what was done."""
    match action.partition(":"):
        case ("suspend", _, _):
            await shutting_out.suspend(site, account.login, me)
            return "suspended"
        case ("resume", _, _):
            await shutting_out.resume(site, account.login, me)
            return "resumed"
        case ("end", _, _):
            await people.end_sessions(site, me, account.id)
            return "ended"
        case ("join", _, _):
            name = str(form.get("group", ""))[:MOST_CHARACTERS]
            if "\0" in name:
                raise InvalidInput(FieldError("group", "unknown", "There is no group of this name."))
            await groups.add_member(site, me, await groups.named(site, me, name), account.id)
            return "grouped"
        case ("leave", _, group_id) if group_id in {group.id for group in account.groups}:
            await groups.remove_member(site, me, group_id, account.id)
            return "grouped"
        case ("save", _, _):
            await people.change(site, me, account.id, _typed(form))
            return "saved"
        case _:
            return ""


def _typed(form: FormData) -> dict[str, str]:
    fields = {name: str(form.get(name, ""))[:MOST_CHARACTERS] for name in FIELDS}
    return {**fields, "messaging": "yes" if form.get("messaging") else "no"}


def _fields_of(account: Account) -> dict[str, str]:
    fields = {name: str(getattr(account, name) or "") for name in FIELDS}
    return {**fields, "messaging": "yes" if account.messaging else "no"}


async def _show(
    request: Request,
    me: Identity,
    account: Account,
    fields: Mapping[str, str],
    *,
    link: Invitation | None = None,
    error: InvalidInput | None = None,
) -> Response:
    return await render(
        request,
        "administration/person.html",
        status=422 if error else 200,
        here="people",
        account=account,
        fields=fields,
        roles=ROLES,
        zones=sorted(available_timezones()),
        groups=await groups.names(site_of(request), me),
        link=f"{str(request.base_url).rstrip('/')}{link.path}" if link else "",
        link_until=link.expires_at if link else None,
        link_purpose=link.purpose if link else "",
        done=DONE.get(asked(request, "done"), ""),
        problems=said(request, error) if error else [],
        wrong={one.field for one in error.errors} if error else set(),
    )
