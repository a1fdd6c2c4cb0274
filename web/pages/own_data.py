"""What is one's own here: to take away, and to have erased."""

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import BaseRoute, Route

from app import erasing, own_password
from app.errors import FieldError, InvalidInput
from web.api.attachments import disposition
from web.cookies import clear_sign_in
from web.exporting import export
from web.i18n import mark
from web.identity import who
from web.limits import DOWNLOADING, spend
from web.pages.fields import said
from web.pages.going import go_to
from web.rendering import render, site_of, view_of

SENTENCES = {
    ("password", "wrong"): mark("This is not your password. Your account is as it was."),
    ("sure", "missing"): mark("Tick the box if you want this. Your account is as it was."),
    ("role", "last_admin"): mark(
        "You are the only administrator. Make somebody else one first; your account is as it was."
    ),
}


async def show(request: Request) -> Response:
    """What there is to take away, and what erasing means."""
    return await _show(request, {})


async def take_away(request: Request) -> Response:
    """All of it as a zip file, which is sent while it is made."""
    site, me = site_of(request), who(request)
    await spend(site, DOWNLOADING, me)
    view = view_of(request, now=site.now())
    name = f"Parley {me.login} {view.dates.today.isoformat()}.zip"
    headers = {"Content-Type": "application/zip", "Content-Disposition": disposition(name)}
    return StreamingResponse(export(site, me, view), headers=headers)


async def erase(request: Request) -> Response:
    """Erase the account, once its owner has said so with her password."""
    site, me, form = site_of(request), who(request), await request.form()
    try:
        if "sure" not in form:
            raise InvalidInput(FieldError("sure", "missing", "It is not said that this is wanted."))
        await erasing.erase_own(site, me, str(form.get("password", "")))
    except InvalidInput as error:
        return await _show(request, said(request, SENTENCES, error))
    answer = go_to("/erased")
    clear_sign_in(answer, request.scope)
    return answer


async def erased(request: Request) -> Response:
    """That it is done, to somebody who has no account any more."""
    return await render(request, "erased.html")


async def _show(request: Request, wrong: dict[str, str]) -> Response:
    has_password = await own_password.has_password(site_of(request), who(request))
    status = 422 if wrong else 200
    return await render(request, "own_data.html", status=status, has_password=has_password, wrong=wrong)


own_data_routes: list[BaseRoute] = [
    Route("/settings/data", show, methods=["GET"]),
    Route("/settings/data", erase, methods=["POST"]),
    Route("/settings/data/export", take_away, methods=["GET"]),
    Route("/erased", erased, methods=["GET"]),
]
