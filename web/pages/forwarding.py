"""Forwarding: from a discussion to a new message."""

from starlette.requests import Request
from starlette.responses import Response

from web.forwarding import forward as forward_by
from web.pages.going import go_to


async def forward(request: Request) -> Response:
    """Begin a message with what somebody wrote, and go there."""
    given = str((await request.form()).get("seq", ""))
    seq = int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 10 else None
    draft = await forward_by(request, request.path_params["id"], seq or None)
    return go_to(f"/drafts/{draft.id}")
