"""The first start: somebody makes herself the first administrator."""

from starlette.requests import Request
from starlette.responses import Response

from app import first_start
from app.errors import InvalidInput, NotFound, RateLimited
from app.first_start import FirstAdmin
from app.sign_in import SignedIn
from web.addresses import client_address
from web.cookies import set_sign_in
from web.i18n import LANGUAGES, mark
from web.machine import is_at_the_machine
from web.pages.fields import DIFFERENT, TOO_MANY, WEAK, check_again, said
from web.pages.going import go_to
from web.rendering import render, sentence, site_of, view_of

SENTENCES = WEAK | {
    ("code", "wrong"): mark("This is not the code that the server has printed. Look at its log again."),
    ("login", "empty"): mark("Choose a login."),
    ("login", "invalid"): mark("A login has no spaces, and no characters that cannot be shown."),
    ("login", "too_long"): mark("A login has at most 100 characters."),
    ("name", "empty"): mark("Write your name."),
    ("name", "invalid"): mark("The name holds characters that cannot be shown."),
    ("name", "too_long"): mark("A name has at most 200 characters."),
    ("again", "different"): DIFFERENT,
}


async def show(request: Request) -> Response:
    """The form; nothing of it is there once there is anybody."""
    await _only_before(request)
    return await _form(request, {})


async def begin(request: Request) -> Response:
    """Make her the first administrator, sign her in and lead her home."""
    await _only_before(request)
    form = {name: str(value) for name, value in (await request.form()).items()}
    try:
        signed_in = await _begun(request, form)
    except InvalidInput as error:
        return await _form(request, form, said(request, SENTENCES, error), 422)
    except RateLimited as error:
        response = await _form(request, form, {"code": sentence(request, TOO_MANY)}, 429)
        response.headers["Retry-After"] = str(round(error.retry_after))
        return response
    response = go_to("/")
    set_sign_in(response, request.scope, signed_in)
    return response


async def _begun(request: Request, form: dict[str, str]) -> SignedIn:
    wanted = FirstAdmin(
        form.get("login", ""), form.get("name", ""), form.get("password", ""), form.get("language", "")
    )
    check_again(wanted.password, form.get("again", ""))
    return await first_start.begin(
        site_of(request),
        wanted,
        form.get("code", ""),
        at_the_machine=_at_the_machine(request),
        address=client_address(request.scope),
        user_agent=request.headers.get("user-agent", ""),
    )


async def _only_before(request: Request) -> None:
    if await first_start.is_over(site_of(request)):
        raise NotFound


async def _form(
    request: Request, form: dict[str, str], wrong: dict[str, str] | None = None, status: int = 200
) -> Response:
    language = form.get("language", "")
    context = {
        "form": form,
        "wrong": wrong or {},
        "needs_code": not _at_the_machine(request),
        "language": language if language in LANGUAGES else view_of(request).language.code,
    }
    return await render(request, "first_start.html", status=status, **context)


def _at_the_machine(request: Request) -> bool:
    return is_at_the_machine(site_of(request).settings, request.scope)
