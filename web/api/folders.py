"""One's own folders."""

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import folders
from app.folders import OwnFolder
from web.api.operation import Call, answer, operation
from web.api.wire import Id, Items, Text
from web.limits import FILING, spend

Name = Annotated[
    Text, Meta(max_length=500, description="1 to 50 characters, after spaces around it are taken away")
]


class NewFolder(msgspec.Struct, frozen=True):
    """A folder to be made: beside the boxes, or in another one. There are three levels."""

    name: Name
    parent: Id | None = None


class FolderChange(msgspec.Struct, frozen=True):
    """Another name, another place (null: beside the boxes), or both. What is absent stays as it is."""

    name: Name | UnsetType = UNSET
    parent: Id | UnsetType | None = UNSET


class Emptied(msgspec.Struct, frozen=True):
    """How many discussions came into the trash."""

    trashed: int


@operation("List one's folders", gives={200: Items[OwnFolder]})
async def index(call: Call) -> Response:
    """All of them; each is followed by those in it."""
    return answer(Items(await folders.tree(call.site, call.who)))


@operation("Make a folder", takes=NewFolder, gives={201: OwnFolder}, refuses=(429,))
async def create(call: Call, given: NewFolder) -> Response:
    """Names are unique beside each other, case ignored."""
    await spend(call.site, FILING, call.who)
    return answer(await folders.create(call.site, call.who, given.name, given.parent), 201)


@operation("Rename or move a folder", takes=FolderChange, gives={200: OwnFolder}, refuses=(404, 429))
async def change(call: Call, given: FolderChange) -> Response:
    """With all that is in it."""
    await spend(call.site, FILING, call.who)
    changed = await folders.change(call.site, call.who, call.id(), name=given.name, parent=given.parent)
    return answer(changed)


@operation("Delete a folder", gives={200: Emptied}, refuses=(404, 429))
async def delete(call: Call) -> Response:
    """With those in it. What they hold comes into the trash."""
    await spend(call.site, FILING, call.who)
    return answer(Emptied(await folders.delete(call.site, call.who, call.id())))
