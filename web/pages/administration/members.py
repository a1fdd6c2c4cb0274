"""A group: what it is called, and who is in it."""

from collections.abc import Sequence

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app.administration import groups, people
from app.administration.acting import looking
from app.draft_fields import RecipientRef
from app.errors import InvalidInput, NotFound
from app.paging import Page
from app.recipients import RecipientOption
from app.site import Identity, Site
from store.columns import is_id
from store.people import person_names
from web.i18n import mark
from web.pages.administration.door import (
    MOST_CHARACTERS,
    admin,
    asked,
    cursor,
    further,
    identifier,
)
from web.pages.administration.sentences import said
from web.pages.going import go_to
from web.pages.recipient_fields import MOST_ADDRESSES, RecipientField, parsed
from web.rendering import render, site_of

FIELD = "members"
LABEL = mark("People to put into the group")


async def show(request: Request) -> Response:
    """Its members by name, in pages."""
    admin(request)
    return await _show(request)


async def act(request: Request) -> Response:
    """Rename it, put people in, take one out, or look for somebody."""
    me, site, form = admin(request), site_of(request), await request.form()
    group = await groups.get(site, me, identifier(request))
    action = str(form.get("action", ""))
    if str(form.get("out", "")):
        await _take_out(site, me, group.id, str(form.get("out", "")))
    elif action == "rename":
        try:
            await groups.rename(site, me, group.id, str(form.get("name", ""))[:MOST_CHARACTERS])
        except InvalidInput as error:
            return await _show(request, error=error)
    elif action == "put":
        for person_id in _chosen(form):
            await groups.add_member(site, me, group.id, person_id)
    else:
        search = str(form.get(f"{FIELD}_search", ""))[:MOST_CHARACTERS]
        off = parsed([str(form.get("remove", "")).removeprefix(f"{FIELD}:")])
        chosen = [one for one in _chosen(form) if one not in {each.id for each in off}]
        return await _show(request, chosen=chosen, search=search)
    return go_to(f"/admin/groups/{group.id}")


async def options(site: Site, me: Identity, q: str, limit: int = 20) -> list[RecipientOption]:
    """People whose names or logins begin so, as the field shows them."""
    found = await people.find(site, me, q, limit=limit)
    return [RecipientOption("person", one.id, one.name, one.login) for one in found.items]


def _chosen(form: FormData) -> list[str]:
    named = [str(value) for value in form.getlist(FIELD)[:MOST_ADDRESSES]]
    return [one.id for one in parsed(named) if one.type == "person" and is_id(one.id)]


async def _take_out(site: Site, me: Identity, group_id: str, person_id: str) -> None:
    try:
        if is_id(person_id):
            await groups.remove_member(site, me, group_id, person_id)
    except NotFound:
        return  # somebody else has done it


async def _show(
    request: Request,
    *,
    chosen: Sequence[str] = (),
    search: str = "",
    error: InvalidInput | None = None,
) -> Response:
    me, site, q = admin(request), site_of(request), asked(request, "q")
    group = await groups.get(site, me, identifier(request))
    try:
        found = await people.find(site, me, q, group=group.id, cursor=cursor(request))
    except InvalidInput:
        found = Page([], None)
    return await render(
        request,
        "administration/group.html",
        status=422 if error else 200,
        here="groups",
        group=group,
        q=q,
        found=found,
        further=further(request, found.next),
        field=await _field(site, me, chosen, search),
        problems=said(request, error) if error else [],
    )


async def _field(site: Site, me: Identity, chosen: Sequence[str], search: str) -> RecipientField:
    """The field with those who are chosen named, and who was found."""
    async with looking(site, me) as session:
        names = await person_names(session, chosen)
    refs = [RecipientRef("person", one, names[one]) for one in chosen if one in names]
    found = (
        [one for one in await options(site, me, search) if one.id not in chosen] if search.strip() else None
    )
    return RecipientField(FIELD, LABEL, refs, search, found)
