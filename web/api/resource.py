"""One URL of the API with an operation per method."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from web.api.operation import Operation


class Resource(Route):
    """A route that keeps its operations, so that it can be described (see `openapi`)."""

    def __init__(self, path: str, **operations: Operation) -> None:
        self.operations = operations
        super().__init__(path, self._dispatch, methods=list(operations), name=path)

    async def _dispatch(self, request: Request) -> Response:
        method = "GET" if request.method == "HEAD" else request.method
        return await self.operations[method](request)
