"""Whether the process lives, and whether it should get requests."""

from typing import Literal

import msgspec
from starlette.responses import Response

from web.api.operation import Call, answer, operation


class Alive(msgspec.Struct, frozen=True):
    """The process answers."""

    status: Literal["ok"] = "ok"


class Readiness(msgspec.Struct, frozen=True):
    """How the node is: `ok`, `degraded` (Redis is away), or why it should not get requests now."""

    status: str


@operation("Is the process alive", gives={200: Alive}, for_everybody=True)
async def live(call: Call) -> Response:
    """Asks nobody else."""
    return answer(Alive())


@operation("Should this node get requests", gives={200: Readiness, 503: Readiness}, for_everybody=True)
async def ready(call: Call) -> Response:
    """503 while the store is away or the node drains; 200 `degraded` while only Redis is away."""
    status, told = await call.node.readiness()
    return answer(told, status)
