"""What is one's own, to take away."""

from typing import Any

from starlette.responses import Response, StreamingResponse

from web.api.operation import Call, operation
from web.exporting import export
from web.limits import DOWNLOADING, spend
from web.rendering import view_of

ZIP = "application/zip"


@operation("Download what is mine", gives={200: Any}, refuses=(429,), media_type=ZIP)
async def show(call: Call) -> Response:
    """A zip file: profile, messages in progress, and every discussion as JSON, as text, and with its files."""
    await spend(call.site, DOWNLOADING, call.who)
    view = view_of(call.request, now=call.site.now())
    return StreamingResponse(export(call.site, call.who, view), headers={"Content-Type": ZIP})
