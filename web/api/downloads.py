"""A whole discussion as a file."""

from typing import Any

import msgspec
from starlette.responses import Response

from app import discussions
from web.api.operation import Call, operation
from web.downloads import Form, download
from web.limits import DOWNLOADING, spend
from web.rendering import view_of


class Wanted(msgspec.Struct, frozen=True):
    """`text` is in the language and the time zone of who asks; `json` has its entries as the log gives them."""

    form: Form = msgspec.field(default="json", name="as")


@operation("Download a discussion", query=Wanted, gives={200: Any}, refuses=(404, 429), media_type="*/*")
async def show(call: Call, given: Wanted) -> Response:
    """All of it that one sees. `complete` is false in JSON where it broke off, because one lost the discussion."""
    await spend(call.site, DOWNLOADING, call.who)
    overview = await discussions.overview(call.site, call.who, call.id())
    return download(call.site, call.who, overview, given.form, view_of(call.request, now=call.site.now()))
