"""How much is unread."""

import msgspec
from starlette.responses import Response

from app import mailbox
from web.api.operation import Call, answer, operation


class Unread(msgspec.Struct, frozen=True):
    """Discussions with something unread: all together, by box, and by folder of one's own (those that hold such)."""

    count: int
    boxes: dict[str, int]
    folders: dict[str, int]


@operation("Count what is unread", gives={200: Unread})
async def show(call: Call) -> Response:
    """Absolute numbers: the same as on the badge."""
    unread = await mailbox.unread(call.site, call.who)
    return answer(Unread(unread.count, unread.boxes, unread.folders))
