"""A message on its way, as its author sees it until it has left; and taking it back."""

from starlette.requests import Request
from starlette.responses import Response

from app import held, sending
from app.drafts import Draft
from app.errors import AlreadySent, InvalidInput, NoRecipients, NotFound, RecipientsRefused
from app.held import Held
from app.site import Identity, Site
from web.i18n import mark
from web.identity import who
from web.pages import message_form
from web.pages.going import go_to
from web.pages.message_form import NOTHING_WRONG, Wrong
from web.rendering import render, site_of

LOOK_AFTER = 1
"""Seconds after a message should have left at which its page looks what has become of it."""
CAME_BACK = mark(
    "This message could not leave when its time had come: nobody has it, and it is a draft again."
)


async def send(site: Site, me: Identity, message_id: str) -> None:
    """Send a message from a page: it can be taken back for as long as the site's settings say.

    Raises what `app.sending.send` raises.
    """
    await held.hold(site, me, message_id, site.settings.undo_seconds)


async def show_instead(request: Request) -> Response:
    """What is at the address of a discussion that one's own message has not become, or not as one discussion.

    Raises `NotFound` for whatever is not one's own, or no longer hers to see.
    """
    site, me, message_id = site_of(request), who(request), request.path_params["id"]
    message = await sending.own(site, me, message_id)
    if message.state == "draft":
        return go_to(f"/drafts/{message_id}")
    leaving = await held.held(site, me, message_id) if message.state == "held" else None
    if leaving is not None:
        return await _show(request, leaving)
    sent = await sending.sent_already(site, message, again=True)
    if not sent.separate:
        raise NotFound
    return go_to(f"/boxes/sent#row-{sent.separate[0].id}")


async def undo(request: Request) -> Response:
    """Take it back, and go on writing; what has left is a discussion."""
    message_id = request.path_params["id"]
    try:
        await held.take_back(site_of(request), who(request), message_id)
    except AlreadySent:
        return go_to(f"/discussions/{message_id}?box=sent")
    return go_to(f"/drafts/{message_id}")


async def why_it_came_back(site: Site, me: Identity, draft: Draft) -> Wrong:
    """What a draft says that was to leave and could not, until it is saved again."""
    if draft.returned_at is None:
        return NOTHING_WRONG
    try:
        await sending.check(site, me, await sending.own(site, me, draft.id))
    except RecipientsRefused as error:
        return Wrong([CAME_BACK], message_form.wrong_recipients(error).refused)
    except (NoRecipients, InvalidInput):
        pass
    return Wrong([CAME_BACK])


async def _show(request: Request, leaving: Held) -> Response:
    left = (leaving.leaves_at - site_of(request).now()).total_seconds()
    within = max(0, round(left)) + LOOK_AFTER
    return await render(request, "held.html", message=leaving, within=within)
