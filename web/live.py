"""The route `/live`: hands the socket to this node's door."""

from starlette.types import Receive, Scope, Send


class Live:
    """An ASGI application, so that nothing stands between the door and the connection."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one live connection."""
        await scope["app"].state.node.door(scope, receive, send)
