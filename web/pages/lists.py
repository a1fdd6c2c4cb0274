"""One's own lists of recipients: a page that names them, and one for each."""

from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

from app import lists
from app.draft_fields import Address
from app.errors import InvalidInput
from app.lists import MOST_CHARACTERS, OwnList
from web.i18n import mark
from web.identity import who
from web.limits import FILING, spend
from web.pages import recipient_fields
from web.pages.going import go_to
from web.pages.recipient_fields import RecipientField, addresses, parsed
from web.rendering import render, sentence, site_of

MEMBERS = RecipientField("members", mark("People and groups"))
WRONG: Mapping[str, str] = {
    "invalid": mark("A list’s name has from 1 to 100 characters."),
    "taken": mark("You have a list of this name already. Choose another name."),
    "too_many": mark("That is more than there may be. Nothing was changed."),
    "unknown": mark("Somebody whom you have chosen no longer exists. Take her off, then save again."),
}


async def index(request: Request) -> Response:
    """All of them, and a form for a new one."""
    return await _index(request)


async def create(request: Request) -> Response:
    """Make one, and go to it."""
    name = str((await request.form()).get("name", ""))
    await spend(site_of(request), FILING, who(request))
    try:
        made = await lists.create(site_of(request), who(request), name)
    except InvalidInput as error:
        return await _index(request, name, _sentence(request, error))
    return go_to(f"/lists/{made.id}")


async def show(request: Request) -> Response:
    """One list: its name, and who is in it."""
    found = await lists.get(site_of(request), who(request), request.path_params["id"])
    return await _show(request, found, found.name, [Address(one.type, one.id) for one in found.members])


async def change(request: Request) -> Response:
    """Save it, search somebody for it, take somebody off, or delete it."""
    site, me, list_id = site_of(request), who(request), request.path_params["id"]
    form = await request.form()
    found = await lists.get(site, me, list_id)
    removed = parsed([str(form.get("remove", "")).removeprefix("members:")])
    name, search = str(form.get("name", "")), str(form.get("members_search", ""))
    members = [one for one in addresses(form, "members") if one not in removed]
    action = str(form.get("action", ""))
    if action == "delete":
        await spend(site, FILING, me)
        await lists.delete(site, me, list_id)
        return go_to("/lists")
    if action != "save":
        return await _show(request, found, name, members, search)
    await spend(site, FILING, me)
    try:
        await lists.change(site, me, list_id, name=name, members=members)
    except InvalidInput as error:
        return await _show(request, found, name, members, error=_sentence(request, error))
    return go_to("/lists")


async def _index(request: Request, name: str = "", error: str = "") -> Response:
    found = await lists.index(site_of(request), who(request))
    context = {"lists": found, "name": name, "error": error, "most": MOST_CHARACTERS}
    return await render(request, "lists.html", status=422 if error else 200, **context)


async def _show(
    request: Request,
    found: OwnList,
    name: str,
    members: Sequence[Address],
    search: str = "",
    error: str = "",
) -> Response:
    field = await recipient_fields.show(site_of(request), who(request), MEMBERS, members, search)
    context = {"list": found, "name": name, "field": field, "error": error, "most": MOST_CHARACTERS}
    return await render(request, "list.html", status=422 if error else 200, **context)


def _sentence(request: Request, error: InvalidInput) -> str:
    return " ".join(dict.fromkeys(sentence(request, WRONG[one.code]) for one in error.errors))
