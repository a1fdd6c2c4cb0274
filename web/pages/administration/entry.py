"""Where administration begins."""

from starlette.requests import Request
from starlette.responses import Response

from web.pages.administration.door import admin
from web.rendering import render


async def show(request: Request) -> Response:
    """What there is to do, and what an admin cannot see."""
    admin(request)
    return await render(request, "administration/entry.html", here="entry")
