"""Groups, for admins."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app.administration import groups, people
from app.administration.pages import MOST
from app.paging import Page
from store.administration.groups import GroupRow
from store.administration.people import AccountRow
from store.recipients import FoundGroup
from web.api.operation import Call, answer, done, operation
from web.api.wire import Cursor, Items, Text


class Wanted(msgspec.Struct, frozen=True):
    """First letters of names; accents and case do not matter."""

    q: Annotated[Text, Meta(max_length=200)] = ""
    cursor: Cursor | None = None
    limit: Annotated[int, Meta(ge=1, le=MOST)] = 50


class GroupName(msgspec.Struct, frozen=True):
    """What a group is called: 1 to 200 characters without semicolons."""

    name: Annotated[Text, Meta(max_length=500)]


class Listed(msgspec.Struct, frozen=True):
    """A group and its size."""

    id: str
    name: str
    size: int


@operation("Find groups to administer", query=Wanted, gives={200: Items[Listed]}, for_admins=True)
async def search(call: Call, given: Wanted) -> Response:
    """By name."""
    found = await groups.find(call.site, call.who, given.q, cursor=given.cursor, limit=given.limit)
    return answer(Items([_listed(one) for one in found.items], found.next))


@operation("Create a group", takes=GroupName, gives={201: GroupRow}, for_admins=True)
async def create(call: Call, given: GroupName) -> Response:
    """Nobody is in it yet."""
    group_id = await groups.create(call.site, call.who, given.name)
    made = await groups.get(call.site, call.who, group_id)
    return answer(made, 201, {"Location": f"/api/admin/groups/{group_id}"})


@operation("Show a group", gives={200: GroupRow}, refuses=(404,), for_admins=True)
async def show(call: Call) -> Response:
    """Its size, and how many rules name it."""
    return answer(await groups.get(call.site, call.who, call.id()))


@operation("Rename a group", takes=GroupName, gives={200: GroupRow}, refuses=(404,), for_admins=True)
async def change(call: Call, given: GroupName) -> Response:
    """Rules and messages go with it."""
    await groups.rename(call.site, call.who, call.id(), given.name)
    return answer(await groups.get(call.site, call.who, call.id()))


@operation("Delete a group", gives={204: None}, refuses=(404, 422), for_admins=True)
async def delete(call: Call) -> Response:
    """With its rules; refused (`addressed`) while a message is addressed to it."""
    await groups.delete(call.site, call.who, call.id())
    return done()


@operation(
    "List who is in a group", query=Wanted, gives={200: Page[AccountRow]}, refuses=(404,), for_admins=True
)
async def members(call: Call, given: Wanted) -> Response:
    """By name."""
    group = await groups.get(call.site, call.who, call.id())
    found = await people.find(
        call.site, call.who, given.q, group=group.id, cursor=given.cursor, limit=given.limit
    )
    return answer(found)


@operation("Put somebody into a group", gives={204: None}, refuses=(404,), for_admins=True)
async def put_member(call: Call) -> Response:
    """Who is in it already stays."""
    await groups.add_member(call.site, call.who, call.id(), call.id("person"))
    return done()


@operation("Take somebody out of a group", gives={204: None}, refuses=(404,), for_admins=True)
async def remove_member(call: Call) -> Response:
    """What she got as one of them stays hers."""
    await groups.remove_member(call.site, call.who, call.id(), call.id("person"))
    return done()


def _listed(one: FoundGroup) -> Listed:
    return Listed(one.id, one.name, one.size)
