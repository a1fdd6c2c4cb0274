"""The audit log."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app.administration import log
from app.administration.log import Noted
from app.administration.pages import MOST
from app.paging import Page
from web.api.operation import Call, answer, operation
from web.api.wire import Cursor, Text


class Wanted(msgspec.Struct, frozen=True):
    """One action only; what one person did or had done to her, by her identifier or first letters."""

    action: Annotated[Text, Meta(max_length=40)] = ""
    person: Annotated[Text, Meta(max_length=200)] = ""
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 50


@operation("Read the audit log", query=Wanted, gives={200: Page[Noted]}, for_admins=True)
async def read(call: Call, given: Wanted) -> Response:
    """What admins and operators did, the latest first."""
    found = await log.read(
        call.site,
        call.who,
        action=given.action,
        person=given.person,
        cursor=given.cursor,
        limit=given.limit,
    )
    return answer(found)
