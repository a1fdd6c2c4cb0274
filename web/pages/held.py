"""A message on its way, as its author sees it until it has left; taking it back, and changing when it leaves."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app import held, sending
from app.drafts import Draft
from app.errors import AlreadySent, InvalidInput, NoRecipients, NotFound, RecipientsRefused
from app.held import Held
from app.site import Identity, Site
from web import limits
from web.i18n import mark
from web.identity import who
from web.pages import later, message_form
from web.pages.going import go_to
from web.pages.later import Later
from web.pages.message_form import NOTHING_WRONG, Wrong
from web.rendering import render, sentence, site_of

LOOK_AFTER = 1
"""Seconds after a message should have left at which its page looks what has become of it."""
LOOK_AT_LEAST = 3600
"""Seconds after which its page looks in any case."""
CAME_BACK = mark(
    "This message could not leave when its time had come: nobody has it, and it is a draft again."
)


@dataclass(frozen=True)
class WaitingForm:
    """What the template shows beside the message. `may_send_now`: there are no quiet hours in the way."""

    later: Later
    may_send_now: bool
    may_be_urgent: bool
    problems: Sequence[str] = ()
    refused_sentences: Sequence[str] = ()


async def send(site: Site, me: Identity, message_id: str, at: datetime | None = None) -> None:
    """Send a message from a page, `at` a time, or so that it can be taken back as long as the site's settings say.

    Raises what `app.held.hold` raises.
    """
    await held.hold(site, me, message_id, 0 if at else site.settings.undo_seconds, at=at)


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
    """Take it back, and go on writing, with the time that was chosen; what has left is a discussion."""
    site, me, message_id = site_of(request), who(request), request.path_params["id"]
    try:
        leaving = await held.held(site, me, message_id)
        await held.take_back(site, me, message_id)
    except AlreadySent:
        return go_to(f"/discussions/{message_id}?box=sent")
    chosen = leaving is not None and leaving.held_for == "later"
    kept = f"?{urlencode({'at': later.as_typed(me, leaving.leaves_at)})}" if leaving and chosen else ""
    return go_to(f"/drafts/{message_id}{kept}")


async def leave(request: Request) -> Response:
    """Let it leave at another time, now, or as urgent. Whatever is in the way, it waits on."""
    site, me, message_id = site_of(request), who(request), request.path_params["id"]
    form = await request.form()
    action = later.plain(str(form.get("action", "")))
    await limits.spend(site, limits.SENDING, me)
    try:
        at = later.chosen(me, later.typed_in(form)) if action == later.ACTION else None
        await held.hold(site, me, message_id, at=at, urgent=action == "urgent")
    except NoRecipients:
        return go_to(f"/drafts/{message_id}/participants")
    except (InvalidInput, RecipientsRefused) as error:
        return await _refused(request, error, later.typed_in(form))
    return go_to(f"/discussions/{message_id}?box=sent")


async def why_it_came_back(site: Site, me: Identity, draft: Draft) -> Wrong:
    """What a draft says that was to leave and could not, until it is saved again."""
    if draft.returned_at is None:
        return NOTHING_WRONG
    try:
        await sending.check(site, me, await sending.own(site, me, draft.id))
    except RecipientsRefused as error:
        return Wrong([CAME_BACK], refused=message_form.wrong_recipients(error).refused)
    except InvalidInput as error:
        return Wrong([CAME_BACK, *message_form.wrong_input(error).sentences])
    except NoRecipients:
        pass
    return Wrong([CAME_BACK])


async def _refused(request: Request, error: InvalidInput | RecipientsRefused, typed: str) -> Response:
    wrong = _what_is_wrong(error)
    leaving = await held.held(site_of(request), who(request), request.path_params["id"])
    if leaving is None:
        # A draft by now, or sent: its own page says which.
        return go_to(f"/discussions/{request.path_params['id']}?box=sent")
    return await _show(request, leaving, wrong, typed)


def _what_is_wrong(error: InvalidInput | RecipientsRefused) -> Wrong:
    if isinstance(error, InvalidInput):
        return message_form.wrong_input(error)
    return message_form.wrong_recipients(error)


async def _show(request: Request, leaving: Held, wrong: Wrong = NOTHING_WRONG, typed: str = "") -> Response:
    site, me = site_of(request), who(request)
    quiet = await later.quiet_hours(site, me)
    trouble = message_form.trouble(wrong, lambda marked: sentence(request, marked))
    form = WaitingForm(
        later=later.offered(site, me, typed, wrong="at" in wrong.fields),
        may_send_now=quiet.until is None or leaving.urgent,
        may_be_urgent=quiet.may_be_urgent and not leaving.urgent,
        problems=trouble.problems,
        refused_sentences=trouble.refused_sentences,
    )
    left = (leaving.leaves_at - site.now()).total_seconds()
    within = min(max(0, round(left)), LOOK_AT_LEAST) + LOOK_AFTER
    status = 422 if wrong.anything else 200
    return await render(request, "held.html", status=status, message=leaving, within=within, form=form)
