"""What the protocols of one server know of each other: uvicorn's state, and that the end has begun."""

from uvicorn.server import ServerState


class EndingState(ServerState):
    """Shared by the server and all its connections."""

    def __init__(self) -> None:
        super().__init__()
        self.is_ending = False
