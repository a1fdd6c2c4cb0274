"""What is shown to somebody whose session has ended while she wrote."""

from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from web.pages import message_form
from web.rendering import render


async def signed_out(request: Request, form: FormData) -> Response:
    """What was typed waits on this page until she has signed in again."""
    carried, action = message_form.carried(form), str(form.get("action", ""))
    return await render(request, "signed_out.html", status=401, carried=carried, action=action)
