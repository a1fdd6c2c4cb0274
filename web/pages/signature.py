"""What one signs one's messages with."""

from starlette.requests import Request
from starlette.responses import Response

from app import signing
from app.errors import InvalidInput
from app.signing import MOST_CHARACTERS
from web.i18n import mark
from web.identity import who
from web.pages.going import go_to
from web.rendering import render, sentence, site_of

TOO_LONG = mark("A signature has at most 1,000 characters. Nothing was lost: shorten it, then save again.")


async def show(request: Request) -> Response:
    """The signature, to be changed."""
    return await _show(request, await signing.signature(site_of(request), who(request)))


async def change(request: Request) -> Response:
    """Keep it; the next new message has it."""
    text = str((await request.form()).get("signature", "")).replace("\r\n", "\n")
    try:
        await signing.sign_with(site_of(request), who(request), text)
    except InvalidInput:
        return await _show(request, text, sentence(request, TOO_LONG))
    return go_to("/signature?saved=1")


async def _show(request: Request, text: str, error: str = "") -> Response:
    context = {"text": text, "error": error, "most": MOST_CHARACTERS}
    context["saved"] = request.method == "GET" and "saved" in request.query_params
    return await render(request, "signature.html", status=422 if error else 200, **context)
