"""The directory, and each person in it."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import directory
from app.acquaintance import Acquaintance, acquaintance
from app.directory import PersonCard
from app.paging import Page
from web.api.operation import Call, answer, operation
from web.api.wire import Cursor, Id, Text
from web.limits import SEARCHING, spend


class PeopleSearch(msgspec.Struct, frozen=True):
    """First letters of first or last names; accents and case do not matter. `group`: only those who are in it."""

    q: Annotated[Text, Meta(max_length=200)] = ""
    group: Id | None = None
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


class SharedQuery(msgspec.Struct, frozen=True):
    """Which part of the discussions."""

    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=100)] = 30


@operation("Look people up", query=PeopleSearch, gives={200: Page[PersonCard]}, refuses=(404, 429))
async def find(call: Call, given: PeopleSearch) -> Response:
    """Who is here, whether one may write to her and whether she can be reached.

    If she cannot be, `why` is `opted_out` or `not_seen_lately`; if the rules do not let one write to her, `refused` is
    `no_rule` or `group_only`.
    """
    await spend(call.site, SEARCHING, call.who)
    found = await directory.find(
        call.site,
        call.who,
        call.node.connected,
        given.q,
        group=given.group,
        cursor=given.cursor,
        limit=given.limit,
    )
    return answer(found)


@operation("Show a person", query=SharedQuery, gives={200: Acquaintance}, refuses=(404,))
async def show(call: Call, given: SharedQuery) -> Response:
    """Her card, those of her groups that one may write to, and the discussions that both are in now.

    Of the latter there may be fewer than `limit` although `next` leads on.
    """
    found = await acquaintance(
        call.site, call.who, call.node.connected, call.id(), cursor=given.cursor, limit=given.limit
    )
    return answer(found)
