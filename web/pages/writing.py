"""Writing a message: a new one, or one that was kept. Whatever goes wrong, what was typed is shown again."""

from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import Response

from app import drafts, ruling, signing
from app.drafts import Draft
from app.errors import (
    AlreadySent,
    InvalidInput,
    NoRecipients,
    NotFound,
    RecipientsRefused,
    VersionConflict,
)
from app.site import Identity, Site
from store.columns import is_id, new_id
from web import limits
from web.identity import anyone, who
from web.pages import held, later, message_form
from web.pages.filling import Filled, filled
from web.pages.going import go_to
from web.pages.keeping import keep
from web.pages.message_form import NOTHING_WRONG, Written, Wrong
from web.pages.message_sentences import GONE
from web.pages.recipient_fields import parsed
from web.pages.signed_out import signed_out
from web.rendering import render, sentence, site_of

GIVING_UP = ("cancel", "discard")


async def begin(request: Request) -> Response:
    """An empty message, perhaps addressed already (`?to=person:<id>`), as far as one may write to them."""
    site, me = site_of(request), who(request)
    signature = await signing.signature(site, me)
    to = parsed(request.query_params.getlist("to")[:20])
    refused = await ruling.refused(site, me, to) if to else []
    closed = {one.id for one in refused}
    written = Written(to=[one for one in to if one.id not in closed], body=signing.signed(signature))
    said = message_form.refusals(refused, lambda marked: sentence(request, marked))
    return await Desk(request, new_id(), is_new=True).show(written, Wrong(said=said), status=200)


async def submit_new(request: Request) -> Response:
    """What the writer of a new message wants: send, save, cancel, search a recipient or take one off."""
    draft_id = str((await filled(request)).fields.get("draft", ""))
    if not is_id(draft_id):
        draft_id = new_id()
    return await _submit(Desk(request, draft_id, is_new=True), request)


async def show(request: Request) -> Response:
    """A kept message, to go on with."""
    draft_id = request.path_params["id"]
    try:
        draft = await drafts.get(site_of(request), who(request), draft_id)
    except AlreadySent:
        return go_to(f"/discussions/{draft_id}")
    wrong = await held.why_it_came_back(site_of(request), who(request), draft)
    # What waited and was taken back to be changed keeps the time that was chosen.
    written = replace(
        message_form.written_in(draft), send_at=request.query_params.get("at", "")[: later.LONGEST]
    )
    return await Desk(request, draft_id).show(written, wrong, status=200, saved=draft)


async def submit(request: Request) -> Response:
    """The same for a kept message."""
    return await _submit(Desk(request, request.path_params["id"]), request)


async def _submit(desk: "Desk", request: Request) -> Response:
    sent = await filled(request)
    if anyone(request) is None:
        return await signed_out(request, sent.fields)
    written, action = _read(sent)
    try:
        match action:
            case later.ACTION:
                return await desk.send_later(written)
            case "send":
                return await desk.send(written)
            case "save":
                return await desk.save(written)
            case "cancel":
                return await desk.cancel(written)
            case "discard":
                return await desk.discard()
            case "preview":
                return await desk.show(written, previewed=True)
            case _:
                return await desk.show(written)
    except AlreadySent:
        # A double click, or another tab: it was sent once, and this is what it became.
        return go_to(f"/discussions/{desk.draft_id}?box=sent")
    except NotFound:
        # Discarded in another tab, or never hers: what she has typed is a new message, without an id so far.
        return await Desk(request, "", is_new=True).show(
            replace(written, version=0), Wrong([GONE]), status=404
        )


def _read(sent: Filled) -> tuple[Written, str]:
    """What is written, and what is to become of it: it is shown again where something is not as it was meant."""
    written, action = message_form.read(sent.fields), str(sent.fields.get("action", ""))
    if removed := str(sent.fields.get("remove", "")):
        return written.without(removed), ""
    if sent.problems and action not in GIVING_UP:
        return written, ""
    return written, later.plain(action)


@dataclass(frozen=True)
class Desk:
    """One message that is being written in one request. `is_new`: it is not kept as a draft yet."""

    request: Request
    draft_id: str
    is_new: bool = False

    @property
    def _site(self) -> Site:
        return site_of(self.request)

    @property
    def _me(self) -> Identity:
        return who(self.request)

    async def show(
        self,
        written: Written,
        wrong: Wrong = NOTHING_WRONG,
        *,
        status: int = 422,
        saved: Draft | None = None,
        asking: bool = False,
        previewed: bool = False,
    ) -> Response:
        """The form with what is written.

        `asking`: the question whether to discard it; `previewed`: the text as its readers will see it.
        """
        if self.request.method == "POST":
            wrong = replace(wrong, said=(await filled(self.request)).problems)
        form = await message_form.shown(
            self._site,
            self._me,
            written,
            lambda marked: sentence(self.request, marked),
            wrong,
            draft_id=self.draft_id,
            action="/new" if self.is_new else f"/drafts/{self.draft_id}",
            saved_at=saved.updated_at if saved else None,
            previewed=previewed,
        )
        status = status if wrong.anything else 200
        if asking:
            carried = message_form.carried((await filled(self.request)).fields)
            return await render(self.request, "discard.html", form=form, carried=carried)
        # What was submitted and is shown again is not known to be kept as it is.
        unsaved = self.request.method == "POST"
        context = {"form": form, "is_new": self.is_new, "unsaved": unsaved}
        return await render(self.request, "writing.html", status=status, **context)

    async def save(self, written: Written) -> Response:
        """Keep it as a draft."""
        try:
            await self._keep(written)
        except VersionConflict:
            return await self._show_conflict(written)
        except InvalidInput as error:
            return await self.show(written, message_form.wrong_input(error))
        return go_to(f"/drafts/{self.draft_id}{self._origin('?')}")

    async def send_later(self, written: Written) -> Response:
        """Keep it, then send it at the time that was chosen."""
        try:
            at = later.chosen(self._me, written.send_at)
        except InvalidInput as error:
            return await self.show(written, message_form.wrong_input(error))
        return await self.send(written, at)

    async def send(self, written: Written, at: datetime | None = None) -> Response:
        """Keep it, then send it, `at` a time if there is one; without recipients the next step is to choose some."""
        await limits.spend(self._site, limits.SENDING, self._me)
        desk, typed = self, written.send_at if at else ""
        try:
            draft = await self._keep(written)
            # From here on it is kept as a draft, whatever becomes of the sending.
            desk = Desk(self.request, self.draft_id)
            written = replace(message_form.written_in(draft), send_at=typed)
            await held.send(self._site, self._me, self.draft_id, at)
        except NoRecipients:
            kept = f"?{urlencode({'at': typed})}{self._origin('&')}" if at else self._origin("?")
            return go_to(f"/drafts/{self.draft_id}/participants{kept}")
        except RecipientsRefused as error:
            return await desk.show(written, message_form.wrong_recipients(error))
        except VersionConflict:
            return await desk._show_conflict(written)
        except InvalidInput as error:
            return await desk.show(written, message_form.wrong_input(error))
        return go_to(f"/discussions/{self.draft_id}?box=sent{self._origin('&')}")

    async def cancel(self, written: Written) -> Response:
        """Ask before anything is lost."""
        signature = signing.signed(await signing.signature(self._site, self._me))
        own = replace(written, body="") if written.body.strip() == signature.strip() else written
        return await (self.discard() if own.is_blank else self.show(written, asking=True))

    async def discard(self) -> Response:
        """Throw it away."""
        if not self.is_new:
            await drafts.discard(self._site, self._me, self.draft_id)
        return go_to(f"/boxes/drafts{self._origin('?')}")

    async def _keep(self, written: Written) -> Draft:
        return await keep(self._site, self._me, self.draft_id, written)

    async def _show_conflict(self, written: Written) -> Response:
        other = await drafts.get(self._site, self._me, self.draft_id)
        desk = Desk(self.request, self.draft_id)
        return await desk.show(replace(written, version=other.version), Wrong(other=other))

    def _origin(self, mark: str) -> str:
        """Tells the next page that what was typed into a new message is safe: the browser forgets its own copy."""
        return f"{mark}from=new" if self.is_new else ""
