"""Replying where no scripts do it: with files, a look at it beforehand, and nothing lost of what cannot be posted."""

from dataclasses import replace

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app import attachments, discussions
from app.errors import InvalidBody, InvalidInput
from app.verdicts import NewReply
from store.columns import new_id
from web.i18n import mark
from web.identity import anyone, who
from web.pages import message_form
from web.pages.discussion import Reply, kept_box, line_of, number, show_with
from web.pages.filling import filled
from web.pages.going import go_to
from web.pages.message_sentences import sentence_for
from web.pages.previewing import preview
from web.pages.signed_out import signed_out
from web.rendering import node_of, sentence, site_of

LONGEST_CLIENT_ID = 64
EMPTY_REPLY = mark("Write something first.")
WRONG_REPLY = mark("A reply has at most 20,000 characters. Nothing was lost: shorten it, or send it in two.")
LOOKING = ("attach", "preview", "write")
"""What the buttons do that post nothing."""


async def reply(request: Request) -> Response:
    """Post a reply, then go to it; or show it again with what was attached or taken off."""
    sent = await filled(request)
    if anyone(request) is None:
        return await signed_out(request, sent.fields)
    written, action = await _written(request, sent.fields), str(sent.fields.get("action", ""))
    if sent.problems:
        return await show_with(request, reply=replace(written, error=" ".join(sent.problems)), status=422)
    if action in LOOKING or sent.fields.get("remove"):
        previewed = preview(written.body) if action == "preview" else None
        return await show_with(request, reply=replace(written, previewed=previewed))
    try:
        seq = await _post(request, written)
    except InvalidInput as error:
        return await show_with(
            request, reply=replace(written, error=_said(request, error, written)), status=422
        )
    return go_to(f"/discussions/{request.path_params['id']}{await kept_box(request)}#e{seq}")


async def _written(request: Request, form: FormData) -> Reply:
    site, me = site_of(request), who(request)
    overview = await discussions.overview(site, me, request.path_params["id"])
    given = str(form.get("client_id", ""))
    removed = str(form.get("remove", "")).removeprefix("attachments:")
    chosen = [one for one in message_form.read(form).attachments if one != removed]
    return Reply(
        given if given.isalnum() and len(given) <= LONGEST_CLIENT_ID else new_id(),
        str(form.get("body", "")).replace("\r\n", "\n"),
        await line_of(site, me, overview, number(str(form.get("reply_to", "")))),
        await attachments.named(site, me, chosen),
    )


async def _post(request: Request, written: Reply) -> int:
    # Files by themselves are called by their names, for whoever reads them by mail or in a list.
    body = written.body if written.body.strip() else ", ".join(file.name for file in written.files)
    new = NewReply(
        who(request).ref,
        request.path_params["id"],
        written.client_id,
        body,
        written.quoted.seq if written.quoted else None,
        tuple(file.id for file in written.files),
    )
    return (await node_of(request).replies.post(new)).seq


def _said(request: Request, error: InvalidInput, written: Reply) -> str:
    if isinstance(error, InvalidBody):
        return sentence(request, WRONG_REPLY if written.body.strip() else EMPTY_REPLY)
    problems = [sentence_for(one.field, one.code, one.detail) for one in error.errors]
    return " ".join(sentence(request, marked) for marked in dict.fromkeys(problems))
