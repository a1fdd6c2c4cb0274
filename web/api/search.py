"""Searching what I may see."""

from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import search
from app.search import Findings, Wanted
from web.api.operation import Call, answer, operation
from web.api.wire import Cursor, Id
from web.limits import SEARCHING, spend


class SearchQuery(msgspec.Struct, frozen=True):
    """Words, their beginnings and `"phrases"`; accents and case do not matter. Filters may stand without words.

    `from`: a person's id, or names as one types them. `since`, `until`: days where I am, both included.
    """

    q: str = ""
    sender: str = msgspec.field(name="from", default="")
    unread: bool = False
    attachment: bool = False
    folder: Id | None = None
    since: date | None = None
    until: date | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=search.MOST_RESULTS)] = 20


@operation("Search", query=SearchQuery, gives={200: Findings}, refuses=(429,))
async def find(call: Call, given: SearchQuery) -> Response:
    """Messages, replies and own drafts, newest first, in what I may see: by their words, subjects, people and files.

    `marks` are ranges of code points that hold what was looked for. Not `complete`: the index is still being made.
    """
    await spend(call.site, SEARCHING, call.who)
    wanted = Wanted(
        given.q, given.sender, given.unread, given.attachment, given.folder, given.since, given.until
    )
    found = await search.search(call.site, call.who, wanted, cursor=given.cursor, limit=given.limit)
    return answer(found)
