"""Groups: listed, made, deleted."""

from starlette.requests import Request
from starlette.responses import Response

from app.administration import groups
from app.errors import InvalidInput
from app.paging import Page
from web.pages.administration.door import MOST_CHARACTERS, admin, asked, cursor, further, identifier
from web.pages.administration.sentences import said
from web.pages.going import go_to
from web.rendering import render, site_of


async def index(request: Request) -> Response:
    """Those whose names begin so, with their sizes, and a form for a new one."""
    admin(request)
    return await _index(request)


async def create(request: Request) -> Response:
    """Make one, and go to it."""
    me, form = admin(request), await request.form()
    name = str(form.get("name", ""))[:MOST_CHARACTERS]
    try:
        group_id = await groups.create(site_of(request), me, name)
    except InvalidInput as error:
        return await _index(request, name, error)
    return go_to(f"/admin/groups/{group_id}")


async def ask_to_delete(request: Request) -> Response:
    """What deleting a group means, before one does it."""
    admin(request)
    return await _ask(request)


async def delete(request: Request) -> Response:
    """Delete it with its rules."""
    me = admin(request)
    try:
        await groups.delete(site_of(request), me, identifier(request))
    except InvalidInput:
        return await _ask(request, 409)
    return go_to("/admin/groups")


async def _index(request: Request, name: str = "", error: InvalidInput | None = None) -> Response:
    me, q = admin(request), asked(request, "q")
    try:
        found = await groups.find(site_of(request), me, q, cursor=cursor(request))
    except InvalidInput:
        found = Page([], None)
    return await render(
        request,
        "administration/groups.html",
        status=422 if error else 200,
        here="groups",
        q=q,
        found=found,
        further=further(request, found.next),
        name=name,
        problems=said(request, error) if error else [],
    )


async def _ask(request: Request, status: int = 200) -> Response:
    meaning = await groups.deleting(site_of(request), admin(request), identifier(request))
    return await render(
        request, "administration/delete_group.html", status=status, here="groups", meaning=meaning
    )
