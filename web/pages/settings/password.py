"""One's own password."""

from starlette.requests import Request
from starlette.responses import Response

from app import own_password
from app.errors import Forbidden, InvalidInput, RateLimited
from web.cookies import renew_sign_in
from web.i18n import mark
from web.identity import who
from web.pages.fields import DIFFERENT, TOO_MANY, WEAK, check_again, said
from web.pages.going import go_to
from web.rendering import render, sentence, site_of

SENTENCES = {
    **{("new", code): text for (_, code), text in WEAK.items()},
    ("new", "same"): mark("This is your present password. Choose another one."),
    ("old", "wrong"): mark("This is not your present password."),
    ("again", "different"): DIFFERENT,
}


async def show(request: Request) -> Response:
    """The form; who has no password is told how she comes in."""
    return await _form(request)


async def change(request: Request) -> Response:
    """Keep the new one; this browser goes on, the others are out."""
    form = await request.form()
    old, new, again = (str(form.get(name, "")) for name in ("old", "new", "again"))
    try:
        check_again(new, again)
        renewed = await own_password.change(site_of(request), who(request), old, new)
    except InvalidInput as error:
        return await _form(request, said(request, SENTENCES, error), 422)
    except RateLimited as error:
        response = await _form(request, {"old": sentence(request, TOO_MANY)}, 429)
        response.headers["Retry-After"] = str(round(error.retry_after))
        return response
    response = go_to("/settings/sessions?changed=1")
    renew_sign_in(response, request.scope, renewed.secret, renewed.expires_at)
    return response


async def _form(request: Request, wrong: dict[str, str] | None = None, status: int = 200) -> Response:
    me = who(request)
    if me.via != "session":
        raise Forbidden
    has_password = await own_password.has_password(site_of(request), me)
    context = {"wrong": wrong or {}, "has_password": has_password}
    return await render(request, "settings_password.html", status=status, **context)
