"""Saving by itself while somebody types, and the preview: parts of the writing page that its scripts put in place."""

from email.utils import format_datetime

from starlette.requests import Request
from starlette.responses import Response

from app import drafts
from app.errors import AlreadySent, InvalidInput, VersionConflict
from web.identity import who
from web.pages import message_form
from web.pages.fragments import signed_in
from web.pages.keeping import keep
from web.pages.message_form import Wrong
from web.pages.previewing import preview as preview_of
from web.rendering import render_part, sentence, site_of


@signed_in
async def save(request: Request) -> Response:
    """Keep what the form holds, without a page: 200 with the new version, or what is in the way.

    409: it was sent meanwhile; 412: another version was saved, which the answer shows; 422: what is wrong. The form
    names who writes: 403 for anybody else who has signed in to the same browser since.
    """
    site, me, draft_id = site_of(request), who(request), request.path_params["id"]
    form = await request.form()
    if form.get("writer", me.person_id) != me.person_id:
        return Response(status_code=403)
    written = message_form.read(form)
    try:
        draft = await keep(site, me, draft_id, written)
    except AlreadySent:
        return Response(status_code=409)
    except VersionConflict:
        other = await drafts.get(site, me, draft_id)
        return _in_the_way(request, "conflict.html", 412, Wrong(other=other))
    except InvalidInput as error:
        return _in_the_way(request, "problems.html", 422, message_form.wrong_input(error))
    saved_at = format_datetime(draft.updated_at, usegmt=True)
    return Response(status_code=204, headers={"ETag": f'"{draft.version}"', "Last-Modified": saved_at})


@signed_in
async def preview(request: Request) -> Response:
    """A text as its readers will see it."""
    who(request)
    body = message_form.read(await request.form()).body
    return render_part(request, "fragments/preview.html", preview=preview_of(body))


def _in_the_way(request: Request, template: str, status: int, wrong: Wrong) -> Response:
    trouble = message_form.trouble(wrong, lambda marked: sentence(request, marked))
    return render_part(request, template, status=status, form=trouble)
