"""The directory."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import people
from app.people import PersonCard
from web.api.operation import Call, answer, operation
from web.api.wire import Items, Text
from web.limits import SEARCHING, spend


class PeopleSearch(msgspec.Struct, frozen=True):
    """First letters of first or last names; accents and case do not matter."""

    q: Annotated[Text, Meta(max_length=200)] = ""
    limit: Annotated[int, Meta(ge=1, le=200)] = 50


@operation("Look people up", query=PeopleSearch, gives={200: Items[PersonCard]}, refuses=(429,))
async def find(call: Call, given: PeopleSearch) -> Response:
    """Who is here and whether one can write to her; if not, `why`: `opted_out` or `not_seen_lately`."""
    await spend(call.site, SEARCHING, call.who)
    found = await people.directory(call.site, call.who, given.q, limit=given.limit)
    return answer(Items(found))
