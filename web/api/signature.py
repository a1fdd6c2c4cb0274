"""What one signs one's messages with."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import signing
from web.api.operation import Call, answer, operation
from web.api.wire import Text


class Signature(msgspec.Struct, frozen=True):
    """Up to 1,000 characters of Markdown; empty: none."""

    signature: Annotated[Text, Meta(max_length=5000)]


@operation("Show one's signature", gives={200: Signature})
async def show(call: Call) -> Response:
    """Pages put it below each new message; messages that programs write are left as they are."""
    return answer(Signature(await signing.signature(call.site, call.who)))


@operation("Change one's signature", takes=Signature, gives={200: Signature}, refuses=(422,))
async def change(call: Call, given: Signature) -> Response:
    """From the next new message on."""
    return answer(Signature(await signing.sign_with(call.site, call.who, given.signature)))
