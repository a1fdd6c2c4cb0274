"""The page behind an invitation or reset link, on which somebody chooses her password.

The secret is in the address for one request only: it goes on in a cookie that lives as long as a link may, so that no
`Referer`, no history and no glance over a shoulder has it. Looking at the page uses nothing up.
"""

import re

from starlette.requests import Request
from starlette.responses import Response

from app import inviting, sign_in
from app.errors import InvalidInput, NotFound
from app.inviting import Invited
from web.addresses import client_address
from web.cookies import clear_cookie, host_cookie, set_cookie, set_sign_in
from web.identity import anyone
from web.pages.fields import DIFFERENT, WEAK, check_again, said
from web.pages.going import go_to
from web.rendering import render, site_of

COOKIE = "parley-welcome"
KEPT_FOR = 3600
"""Seconds for which the browser keeps the secret; the link itself may be opened again after that."""
SECRET = re.compile("[A-Za-z0-9_-]{1,200}")
SENTENCES = WEAK | {("again", "different"): DIFFERENT}


async def enter(request: Request) -> Response:
    """Take the secret out of the address. Every link is answered alike, whatever it is worth."""
    response = go_to("/welcome")
    given = request.path_params["secret"]
    set_cookie(response, request.scope, COOKIE, given if SECRET.fullmatch(given) else "-", seconds=KEPT_FOR)
    return response


async def show(request: Request) -> Response:
    """Ask for a password; one answer for every link that is good for nothing."""
    try:
        invited = await inviting.invited_by(
            site_of(request), _secret(request), address=client_address(request.scope)
        )
    except NotFound:
        return await _nothing(request)
    return await _form(request, invited)


async def choose(request: Request) -> Response:
    """Use the link up: sign her in under her new password, in this browser and nowhere else."""
    site, form = site_of(request), await request.form()
    password, again = str(form.get("password", "")), str(form.get("again", ""))
    address = client_address(request.scope)
    try:
        invited = await inviting.invited_by(site, _secret(request), address=address)
        try:
            check_again(password, again)
            signed_in = await inviting.choose_password(
                site,
                _secret(request),
                password,
                address=address,
                user_agent=request.headers.get("user-agent", ""),
            )
        except InvalidInput as error:
            return await _form(request, invited, said(request, SENTENCES, error), 422)
    except NotFound:
        return await _nothing(request)
    before = anyone(request)
    if before is not None and before.via == "session" and before.person_id != signed_in.identity.person_id:
        await sign_in.sign_out(site, before)
    response = go_to("/")
    set_sign_in(response, request.scope, signed_in)
    clear_cookie(response, request.scope, COOKIE)
    return response


def _secret(request: Request) -> str:
    return host_cookie(request, COOKIE)


async def _form(
    request: Request, invited: Invited, wrong: dict[str, str] | None = None, status: int = 200
) -> Response:
    return await render(request, "welcome.html", status=status, invited=invited, wrong=wrong or {})


async def _nothing(request: Request) -> Response:
    response = await render(request, "welcome_over.html", status=404)
    clear_cookie(response, request.scope, COOKIE)
    return response
