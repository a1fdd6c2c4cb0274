"""What every call of the API has in common: who asks, what she sends, what she gets.

An operation carries its own description, so that `openapi.json` is made from the code that answers.
"""

import re
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, overload

import msgspec
from starlette.requests import Request
from starlette.responses import Response

from app.administration.acting import check_admin
from app.errors import NotFound
from app.site import Identity, Site
from web.api.reading import read_json, read_query
from web.identity import who
from web.node import Node

JSON = "application/json"
IDENTIFIER = re.compile("[0-9a-f]{32}")

Given = TypeVar("Given")


@dataclass(frozen=True)
class Call:
    """One request to the API."""

    request: Request

    @property
    def node(self) -> Node:
        """The node that answers."""
        node: Node = self.request.app.state.node
        return node

    @property
    def site(self) -> Site:
        """What use cases work with."""
        return self.node.site

    @property
    def who(self) -> Identity:
        """Who asks; raises `NotSignedIn`."""
        return who(self.request)

    def id(self, name: str = "id") -> str:
        """An identifier from the path. What cannot be one does not exist: raises `NotFound`."""
        value: str = self.request.path_params[name]
        if not IDENTIFIER.fullmatch(value):
            raise NotFound
        return value


Plain = Callable[[Call], Awaitable[Response]]
Taking = Callable[[Call, Given], Awaitable[Response]]


@dataclass(frozen=True)
class Operation:
    """A call of the API: how it is answered, and its description."""

    subject: str
    name: str
    summary: str
    detail: str
    handle: Callable[..., Awaitable[Response]]
    takes: Any
    gives: Mapping[int, Any]
    refuses: tuple[int, ...]
    for_everybody: bool
    for_admins: bool
    takes_query: bool
    takes_file: bool
    may_be_empty: bool
    versioned: bool
    media_type: str

    async def __call__(self, request: Request) -> Response:
        """Answer: first who asks, then what was sent, then the use case."""
        call = Call(request)
        if not self.for_everybody:
            asking = who(request)
            if self.for_admins:
                check_admin(asking)
        if self.takes is None:
            return await self.handle(call)
        if self.takes_query:
            return await self.handle(call, read_query(request, self.takes))
        given = await read_json(request, self.takes, may_be_empty=self.may_be_empty)
        return await self.handle(call, given)


class _Describe:
    """A decorator for a handler with or without something given."""

    def __init__(self, **description: Any) -> None:
        self._description = description

    def __call__(self, handle: Callable[..., Awaitable[Response]]) -> Operation:
        subject = handle.__module__.rpartition(".")[2]
        return Operation(
            subject=subject,
            name=f"{subject}_{handle.__name__}",
            detail=" ".join((handle.__doc__ or "").split()),
            handle=handle,
            **self._description,
        )


@overload
def operation(
    summary: str,
    *,
    gives: Mapping[int, Any],
    refuses: tuple[int, ...] = (),
    for_everybody: bool = False,
    for_admins: bool = False,
    versioned: bool = False,
    takes_file: bool = False,
    media_type: str = JSON,
) -> Callable[[Plain], Operation]: ...
@overload
def operation(
    summary: str,
    *,
    takes: type[Given],
    gives: Mapping[int, Any],
    refuses: tuple[int, ...] = (),
    for_everybody: bool = False,
    for_admins: bool = False,
    versioned: bool = False,
    may_be_empty: bool = False,
) -> Callable[[Taking[Given]], Operation]: ...
@overload
def operation(
    summary: str,
    *,
    query: type[Given],
    gives: Mapping[int, Any],
    refuses: tuple[int, ...] = (),
    for_admins: bool = False,
    takes_file: bool = False,
    media_type: str = JSON,
) -> Callable[[Taking[Given]], Operation]: ...
def operation(
    summary: str,
    *,
    takes: Any = None,
    query: Any = None,
    gives: Mapping[int, Any],
    refuses: tuple[int, ...] = (),
    for_everybody: bool = False,
    for_admins: bool = False,
    versioned: bool = False,
    may_be_empty: bool = False,
    takes_file: bool = False,
    media_type: str = JSON,
) -> Any:
    """Describe a call of the API.

    `takes` is the type of the body, `query` that of the query; `gives` the type of each good answer by status
    (None: no content); `refuses` the statuses it may answer with besides those that its form implies;
    what is `for_admins` refuses everybody else with 403 before it reads anything; `versioned` answers carry an entity
    tag; a body that `may_be_empty` sets nothing; who `takes_file` reads the body by itself, a form with a file;
    `media_type` is what good answers are.
    """
    return _Describe(
        summary=summary,
        takes=query or takes,
        takes_query=query is not None,
        takes_file=takes_file,
        gives=dict(gives),
        refuses=refuses,
        for_everybody=for_everybody,
        for_admins=for_admins,
        versioned=versioned,
        may_be_empty=may_be_empty,
        media_type=media_type,
    )


def answer(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`value` as JSON."""
    return Response(msgspec.json.encode(value), status, headers=headers, media_type=JSON)


def done() -> Response:
    """It is done, and there is nothing to tell."""
    return Response(status_code=204)
