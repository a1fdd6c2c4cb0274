"""The description of the API, made from the routes and the very types that are on the wire."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.api.operation import JSON, Call, Operation, answer, operation
from web.api.resource import Resource
from web.errors import PROBLEM_TYPE, Problem

REF = "#/components/schemas/{name}"
VERSION = "1"
INTRODUCTION = (
    "Private messaging in which every sent message becomes a live discussion. Sign in with a cookie or a "
    "personal access token. What one may not see is 404, the same as what does not exist. The live socket at "
    "`/live` carries the same entries."
)
FILE = {
    "type": "object",
    "required": ["file"],
    "properties": {"file": {"type": "string", "contentMediaType": "application/octet-stream"}},
}


@operation("Describe this API", gives={200: dict[str, Any]}, for_everybody=True)
async def show(call: Call) -> Response:
    """This document, OpenAPI 3.1."""
    return answer(describe(call.request.app.routes))


def describe(routes: Iterable[BaseRoute]) -> dict[str, Any]:
    """The OpenAPI document of all resources among `routes`."""
    resources = [route for route in routes if isinstance(route, Resource)]
    schemas = _Schemas([one for resource in resources for one in resource.operations.values()])
    return {
        "openapi": "3.1.0",
        "info": {"title": "Parley", "version": VERSION, "description": INTRODUCTION},
        "security": [{"session": []}, {"sessionOverHttps": []}, {"token": []}],
        "paths": {resource.path_format: _path(resource, schemas) for resource in resources},
        "components": {
            "schemas": schemas.components,
            "responses": {"Problem": _problem(schemas)},
            "securitySchemes": {
                "session": {"type": "apiKey", "in": "cookie", "name": "parley"},
                "sessionOverHttps": {"type": "apiKey", "in": "cookie", "name": "__Host-parley"},
                "token": {"type": "http", "scheme": "bearer"},
            },
        },
    }


class _Schemas:
    """The JSON Schemas of all types on the wire, by type."""

    def __init__(self, operations: Iterable[Operation]) -> None:
        types = list(dict.fromkeys([*_types(operations), Problem]))
        described = msgspec.json.schema_components(types, ref_template=REF)
        # Defaults are in it as Python has them, and a tuple is no array.
        schemas, self.components = msgspec.json.decode(msgspec.json.encode(described))
        self._by_type = dict(zip(types, schemas, strict=True))

    def of(self, kind: Any) -> dict[str, Any]:
        """The schema of a type, as a reference where it has a name."""
        schema: dict[str, Any] = self._by_type[kind]
        return schema


def _types(operations: Iterable[Operation]) -> Iterator[Any]:
    for one in operations:
        if one.takes is not None and not one.takes_query:
            yield one.takes
        yield from (kind for kind in one.gives.values() if kind is not None)


def _path(resource: Resource, schemas: _Schemas) -> dict[str, Any]:
    names = re.findall("{(.*?)}", resource.path_format)
    described: dict[str, Any] = {
        method.lower(): _operation(method, one, schemas) for method, one in resource.operations.items()
    }
    if names:
        described["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names
        ]
    return described


def _operation(method: str, one: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "tags": [one.subject],
        "summary": one.summary,
        "description": one.detail,
        "responses": _responses(method, one, schemas),
    }
    if one.for_everybody:
        described["security"] = []
    if parameters := list(_parameters(one)):
        described["parameters"] = parameters
    if one.takes is not None and not one.takes_query:
        described["requestBody"] = {
            "required": not one.may_be_empty,
            "content": {JSON: {"schema": schemas.of(one.takes)}},
        }
    if one.takes_file:
        described["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": FILE}}}
    return described


def _parameters(one: Operation) -> Iterator[dict[str, Any]]:
    if one.takes_query:
        schema = msgspec.json.schema(one.takes)
        struct = schema["$defs"][one.takes.__name__]
        for name, property_schema in struct["properties"].items():
            yield {"name": name, "in": "query", "schema": property_schema}
    if 428 in one.refuses:
        yield {
            "name": "If-Match",
            "in": "header",
            "required": True,
            "schema": {"type": "string"},
            "description": 'The version that was read, as in its ETag: "3".',
        }


def _responses(method: str, one: Operation, schemas: _Schemas) -> dict[str, Any]:
    good = {str(status): _good(status, kind, one, schemas) for status, kind in one.gives.items()}
    bad = {str(status): {"$ref": "#/components/responses/Problem"} for status in _refusals(method, one)}
    return {**bad, **good}


def _good(status: int, kind: Any, one: Operation, schemas: _Schemas) -> dict[str, Any]:
    described: dict[str, Any] = {"description": _phrase(status)}
    if kind is not None:
        described["content"] = {one.media_type: {"schema": schemas.of(kind)}}
    if one.versioned:
        described["headers"] = {"ETag": {"schema": {"type": "string"}, "description": "the quoted version"}}
    return described


def _phrase(status: int) -> str:
    return {
        200: "Here it is",
        201: "It is made",
        202: "It is on its way",
        204: "It is done",
        206: "Here is the part",
        503: "Not now",
    }[status]


def _refusals(method: str, one: Operation) -> list[int]:
    """The statuses that an operation may refuse with: its own, and those that its form implies."""
    implied = {503}
    if not one.for_everybody:
        implied |= {401}
    if one.for_admins:
        implied |= {403}
    if method not in ("GET", "HEAD"):
        implied |= {403, 413}
    if one.takes is not None:
        implied |= {422} if one.takes_query else {400, 415, 422}
    return sorted(implied | set(one.refuses))


def _problem(schemas: _Schemas) -> dict[str, Any]:
    return {
        "description": "Nothing happened, and this is why (RFC 9457); `code` is stable.",
        "headers": {
            "Retry-After": {"schema": {"type": "integer"}, "description": "seconds, with 429 and 503"}
        },
        "content": {PROBLEM_TYPE: {"schema": schemas.of(Problem)}},
    }
