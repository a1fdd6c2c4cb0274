"""One's own lists of recipients."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import lists
from web.api.operation import Call, answer, done, operation
from web.api.wire import AddressedTo, Addressee, Id, Items, Text, addressed_to, addresses
from web.limits import FILING, spend

Name = Annotated[
    Text, Meta(max_length=500, description="1 to 100 characters, after spaces around it are taken away")
]
Members = Annotated[list[Addressee], Meta(max_length=500)]


class NewList(msgspec.Struct, frozen=True):
    """A list to be made, with the people and groups in it."""

    name: Name
    members: Members = []


class ListChange(msgspec.Struct, frozen=True):
    """Another name, other members, or both. What is absent stays as it is."""

    name: Name | UnsetType = UNSET
    members: Members | UnsetType = UNSET


class List(msgspec.Struct, frozen=True):
    """A list of one's own."""

    id: Id
    name: str
    members: list[AddressedTo]


@operation("List one's lists of recipients", gives={200: Items[List]})
async def index(call: Call) -> Response:
    """All of them, by name."""
    return answer(Items([_list(one) for one in await lists.index(call.site, call.who)]))


@operation("Make a list of recipients", takes=NewList, gives={201: List}, refuses=(422, 429))
async def create(call: Call, given: NewList) -> Response:
    """Nobody else ever sees it. Names are unique among one's own."""
    await spend(call.site, FILING, call.who)
    made = await lists.create(call.site, call.who, given.name, addresses("members", given.members))
    return answer(_list(made), 201, {"Location": f"/api/lists/{made.id}"})


@operation("Show a list of recipients", gives={200: List}, refuses=(404,))
async def show(call: Call) -> Response:
    """One's own."""
    return answer(_list(await lists.get(call.site, call.who, call.id())))


@operation("Change a list of recipients", takes=ListChange, gives={200: List}, refuses=(404, 422, 429))
async def change(call: Call, given: ListChange) -> Response:
    """What was addressed to it before stays as it was."""
    await spend(call.site, FILING, call.who)
    members = UNSET if given.members is UNSET else addresses("members", given.members)
    return answer(_list(await lists.change(call.site, call.who, call.id(), name=given.name, members=members)))


@operation("Delete a list of recipients", gives={204: None}, refuses=(404, 429))
async def delete(call: Call) -> Response:
    """Those who were in it do not notice."""
    await spend(call.site, FILING, call.who)
    await lists.delete(call.site, call.who, call.id())
    return done()


def _list(one: lists.OwnList) -> List:
    return List(one.id, one.name, [addressed_to(member) for member in one.members])
