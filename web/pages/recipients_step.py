"""The step "Add a participant" after a send without recipients: choose, add, again if wanted, then send."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app import drafts
from app.drafts import Address, Draft, DraftFields
from app.errors import AlreadySent, InvalidInput, NoRecipients, RecipientsRefused, VersionConflict
from web import limits
from web.i18n import mark
from web.identity import who
from web.pages import held, later, message_form, recipient_fields
from web.pages.going import go_to
from web.pages.later import Later
from web.pages.message_form import NOTHING_WRONG, Wrong, written_in
from web.pages.message_sentences import SAVED_ELSEWHERE
from web.pages.recipient_fields import RecipientField, addresses
from web.rendering import render, sentence, site_of

ADD = RecipientField("add", mark("Add a participant"))
NOBODY_YET = mark("Choose at least one participant, then send. Your message is kept as a draft.")


@dataclass(frozen=True)
class StepForm:
    """What the template shows."""

    field: RecipientField
    later: Later
    leaves_at: datetime | None
    problems: Sequence[str] = ()
    refused_sentences: Sequence[str] = ()


async def show(request: Request) -> Response:
    """Whom the message is for so far, and whom one may add."""
    draft_id = request.path_params["id"]
    try:
        draft = await drafts.get(site_of(request), who(request), draft_id)
    except AlreadySent:
        return go_to(f"/discussions/{draft_id}?box=sent")
    return await _show(request, draft)


async def submit(request: Request) -> Response:
    """Add those chosen; take one off; or send."""
    site, me, draft_id = site_of(request), who(request), request.path_params["id"]
    form = await request.form()
    try:
        draft = await drafts.get(site, me, draft_id)
        if form.get("action") == "search":
            return await _show(request, draft, addresses(form, "add"), str(form.get("add_search", "")))
        draft = await _changed(request, draft, form)
        if form.get("action") != "send":
            return go_to(f"/drafts/{draft_id}/participants{await _kept_time(request)}")
        return await _send(request, draft, form)
    except VersionConflict:
        return await _show(request, await drafts.get(site, me, draft_id), wrong=Wrong([SAVED_ELSEWHERE]))
    except InvalidInput as error:
        return await _show(request, draft, wrong=message_form.wrong_input(error))
    except AlreadySent:
        return go_to(f"/discussions/{draft_id}?box=sent")


async def _changed(request: Request, draft: Draft, form: FormData) -> Draft:
    before = written_in(draft)
    after = before.without(str(form.get("remove", "")))
    to = list(dict.fromkeys([*after.to, *addresses(form, "add")]))
    if to == list(before.to) and list(after.cc) == list(before.cc):
        return draft
    fields = DraftFields(to=to, cc=list(after.cc))
    return await drafts.change(site_of(request), who(request), draft.id, fields, version=draft.version)


async def _send(request: Request, draft: Draft, form: FormData) -> Response:
    site, me = site_of(request), who(request)
    await limits.spend(site, limits.SENDING, me)
    try:
        typed = str(form.get("send_at", ""))
        await held.send(site, me, draft.id, later.chosen(me, typed) if typed else None)
    except NoRecipients:
        return await _show(request, draft, wrong=Wrong([NOBODY_YET]))
    except RecipientsRefused as error:
        return await _show(request, draft, wrong=message_form.wrong_recipients(error))
    return go_to(f"/discussions/{draft.id}?box=sent")


async def _time(request: Request) -> str:
    """When the message is to leave, as it was typed before this step; empty: at once."""
    form = await request.form() if request.method == "POST" else None
    typed = form.get("send_at", "") if form else request.query_params.get("at", "")
    return str(typed)[: later.LONGEST]


def _moment(request: Request, typed: str) -> datetime | None:
    try:
        return later.chosen(who(request), typed)
    except InvalidInput:
        return None


async def _kept_time(request: Request) -> str:
    typed = await _time(request)
    return f"?{urlencode({'at': typed})}" if typed else ""


async def _show(
    request: Request,
    draft: Draft,
    chosen: Sequence[Address] = (),
    search: str = "",
    wrong: Wrong = NOTHING_WRONG,
) -> Response:
    def translate(marked: str) -> str:
        return sentence(request, marked)

    typed = await _time(request)
    form = StepForm(
        field=await recipient_fields.show(site_of(request), who(request), ADD, chosen, search),
        later=later.offered(site_of(request), who(request), typed),
        leaves_at=_moment(request, typed),
        problems=[translate(marked) for marked in wrong.sentences],
        refused_sentences=message_form.refusals(wrong.refused, translate),
    )
    status = 422 if wrong.sentences or wrong.refused else 200
    return await render(request, "add_participants.html", status=status, draft=draft, form=form)
