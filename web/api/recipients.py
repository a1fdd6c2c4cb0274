"""Whom I may write to."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import offering
from app.recipients import RecipientOption
from web.api.operation import Call, answer, operation
from web.api.wire import Items, Text
from web.limits import SEARCHING, spend


class RecipientSearch(msgspec.Struct, frozen=True):
    """First letters of first or last names, of a group's or a list's; accents and case do not matter."""

    q: Annotated[Text, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=50)] = 20


@operation("Find recipients", query=RecipientSearch, gives={200: Items[RecipientOption]}, refuses=(429,))
async def find(call: Call, given: RecipientSearch) -> Response:
    """My own lists, and people and groups whom I may write to; before a letter is typed, the latest ones first.

    `detail`: a person's login, a group's or a list's size.
    """
    await spend(call.site, SEARCHING, call.who)
    found = await offering.offer(call.site, call.who, given.q, limit=given.limit)
    return answer(Items(found))
