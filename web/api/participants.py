"""Who is in a discussion: add, remove, stop."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import participants
from app.participants import Added
from web.api.operation import Call, answer, done, operation
from web.api.wire import Addressee, addresses
from web.limits import ADDING, spend


class NewParticipants(msgspec.Struct, frozen=True):
    """People and groups to add. Without shared history they see what follows only."""

    add: Annotated[list[Addressee], Meta(min_length=1, max_length=500)]
    share_history: bool = True


@operation("Add participants", takes=NewParticipants, gives={200: Added}, refuses=(403, 404, 422, 429))
async def add(call: Call, given: NewParticipants) -> Response:
    """Who is in already is named in `already`; if anyone may not be written to, nobody is added."""
    await spend(call.site, ADDING, call.who)
    added = await participants.add(
        call.site, call.who, call.id(), addresses("add", given.add), share_history=given.share_history
    )
    return answer(added)


@operation("Remove a participant", gives={204: None}, refuses=(403, 404))
async def remove(call: Call) -> Response:
    """The author removes anyone; whoever added somebody may remove her. Removing oneself is stopping."""
    await participants.remove(call.site, call.who, call.id(), call.id("person"))
    return done()


@operation("Stop participation", gives={204: None}, refuses=(404,))
async def stop(call: Call) -> Response:
    """Leaves the discussion; it ends all access to it."""
    await participants.stop(call.site, call.who, call.id())
    return done()
