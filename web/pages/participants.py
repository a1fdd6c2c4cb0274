"""Who takes part in a discussion: add, remove, stop one's own participation."""

from starlette.requests import Request
from starlette.responses import Response

from app import discussions
from app import participants as use_case
from app.errors import Forbidden, NotFound, RecipientsRefused
from web import limits
from web.i18n import mark
from web.identity import who
from web.pages import discussion, message_form, recipient_fields
from web.pages.discussion import ADD, Adding
from web.pages.going import go_to
from web.pages.recipient_fields import addresses
from web.rendering import render, sentence, site_of

NOBODY_CHOSEN = mark("Choose at least one person or group, then add.")


async def add(request: Request) -> Response:
    """Add those chosen, or show again what was searched for or could not be added."""
    site, me, discussion_id = site_of(request), who(request), request.path_params["id"]
    form = await request.form()
    chosen, share = addresses(form, "add"), form.get("share_history") == "yes"
    search, error = str(form.get("add_search", "")), None
    if form.get("action") == "add":
        error = sentence(request, NOBODY_CHOSEN)
        if chosen:
            await limits.spend(site, limits.ADDING, me)
            try:
                await use_case.add(site, me, discussion_id, chosen, share_history=share)
                return go_to(f"/discussions/{discussion_id}{await discussion.kept_box(request)}#end")
            except RecipientsRefused as refused:
                sentences = message_form.refusals(refused.refused, lambda marked: sentence(request, marked))
                error = " ".join(sentences)
    removed = recipient_fields.parsed([str(form.get("remove", "")).removeprefix("add:")])
    chosen = [address for address in chosen if address not in removed]
    field = await recipient_fields.show(site, me, ADD, chosen, search)
    adding = Adding(field, share, True, error)
    return await discussion.show_with(request, adding=adding, status=422 if error else 200)


async def ask_to_remove(request: Request) -> Response:
    """Whom one is about to remove, and what that means, before one does it."""
    overview = await discussions.overview(site_of(request), who(request), request.path_params["id"])
    person_id = request.path_params["person"]
    if person_id == who(request).person_id:
        return go_to(f"/discussions/{overview.id}/stop")
    person = next((one for one in overview.participants if one.id == person_id), None)
    if person is None:
        raise NotFound
    if not person.removable:
        raise Forbidden
    return await render(request, "remove.html", overview=overview, person=person)


async def remove(request: Request) -> Response:
    """Take somebody out of the discussion."""
    discussion_id, person_id = request.path_params["id"], request.path_params["person"]
    await use_case.remove(site_of(request), who(request), discussion_id, person_id)
    return go_to(f"/discussions/{discussion_id}")


async def ask_to_stop(request: Request) -> Response:
    """What stopping means, before one does it."""
    overview = await discussions.overview(site_of(request), who(request), request.path_params["id"])
    return await render(request, "stop.html", overview=overview)


async def stop(request: Request) -> Response:
    """Stop one's own participation."""
    await use_case.stop(site_of(request), who(request), request.path_params["id"])
    return go_to("/boxes/inbox")
