"""People: found, and made."""

from starlette.requests import Request
from starlette.responses import Response

from app.administration import groups, people
from app.errors import InvalidInput
from app.paging import Page
from app.person_fields import ROLES as ALL_ROLES
from store.columns import is_id
from web.pages.administration.door import MOST_CHARACTERS, admin, asked, cursor, further
from web.pages.administration.sentences import ROLES, STATES, said
from web.pages.going import go_to
from web.rendering import render, site_of

NEW = ("login", "name", "email", "role", "language")


async def index(request: Request) -> Response:
    """Those that the filters leave."""
    me, site = admin(request), site_of(request)
    wanted = {name: asked(request, name) for name in ("q", "group", "role", "state")}
    wanted["group"] = wanted["group"] if is_id(wanted["group"]) else ""
    try:
        found = await people.find(
            site,
            me,
            wanted["q"],
            group=wanted["group"],
            role=wanted["role"],
            state=wanted["state"],
            cursor=cursor(request),
        )
    except InvalidInput:
        found = Page([], None)
    return await render(
        request,
        "administration/people.html",
        here="people",
        wanted=wanted,
        found=found,
        further=further(request, found.next),
        groups=await groups.names(site, me),
        roles=ROLES,
        states=STATES,
    )


async def begin(request: Request) -> Response:
    """The form of a new account."""
    admin(request)
    return await _form(request, {**dict.fromkeys(NEW, ""), "role": ALL_ROLES[0], "language": "en"})


async def create(request: Request) -> Response:
    """Make it, and go to it."""
    me, form = admin(request), await request.form()
    fields = {name: str(form.get(name, ""))[:MOST_CHARACTERS] for name in NEW}
    try:
        person_id = await people.create(site_of(request), me, fields)
    except InvalidInput as error:
        return await _form(request, fields, error)
    return go_to(f"/admin/people/{person_id}?done=created")


async def _form(request: Request, fields: dict[str, str], error: InvalidInput | None = None) -> Response:
    return await render(
        request,
        "administration/new_person.html",
        status=422 if error else 200,
        here="people",
        fields=fields,
        roles=ROLES,
        problems=said(request, error) if error else [],
        wrong={one.field for one in error.errors} if error else set(),
    )
