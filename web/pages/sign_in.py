"""Signing in and out."""

from starlette.requests import Request
from starlette.responses import Response

from app import sign_in as use_case
from app.errors import RateLimited, WrongCredentials
from web.addresses import client_address
from web.cookies import clear_sign_in, set_sign_in
from web.i18n import mark
from web.identity import anyone, who
from web.pages.going import go_to, own_address
from web.rendering import render, sentence, site_of

WRONG = mark("This login and password do not belong together. Check both and try again.")
TOO_MANY = mark("Too many attempts. Wait a few minutes, then try again.")


async def show(request: Request) -> Response:
    """The form, also for whoever is signed in and wants to be somebody else."""
    return await _form(request, own_address(request.query_params.get("next", "/")))


async def sign_in(request: Request) -> Response:
    """Sign in, or say that it did not work, with the login kept."""
    form = await request.form()
    login, next_ = str(form.get("login", "")), own_address(str(form.get("next", "/")))
    try:
        signed_in = await use_case.sign_in(
            site_of(request),
            login,
            str(form.get("password", "")),
            address=client_address(request.scope),
            user_agent=request.headers.get("user-agent", ""),
            replaces=anyone(request),
        )
    except WrongCredentials:
        return await _form(request, next_, login, WRONG, 401)
    except RateLimited as error:
        response = await _form(request, next_, login, TOO_MANY, 429)
        response.headers["Retry-After"] = str(round(error.retry_after))
        return response
    response = go_to(next_)
    set_sign_in(response, request.scope, signed_in)
    return response


async def sign_out(request: Request) -> Response:
    """End this sign-in, on every tab."""
    await use_case.sign_out(site_of(request), who(request))
    response = go_to("/sign-in")
    clear_sign_in(response, request.scope)
    return response


async def _form(
    request: Request, next_: str, login: str = "", refused: str | None = None, status: int = 200
) -> Response:
    said = sentence(request, refused) if refused else None
    provider = site_of(request).settings.oidc_name
    context = {"next": next_, "login": login[:100], "refused": said, "provider": provider}
    return await render(request, "sign_in.html", status=status, **context)
