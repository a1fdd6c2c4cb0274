"""The description of the API is whole and valid."""

import httpx
from openapi_spec_validator import validate
from starlette.routing import Route

from tests.nodes import RunningNode
from tests.waiting import PATIENCE
from web.api.openapi import describe
from web.api.resource import Resource
from web.routes import routes

METHODS = {"get", "post", "put", "patch", "delete"}


def test_valid() -> None:
    """The document is valid OpenAPI 3.1."""
    validate(describe(routes))


def test_every_route_is_described() -> None:
    """What is served under /api, and health, is described, and nothing else is."""
    served = {
        (route.path_format, method)
        for route in routes
        if isinstance(route, Route) and (route.path.startswith("/api") or isinstance(route, Resource))
        for method in (route.methods or set()) - {"HEAD"}
    }
    described = {
        (path, method.upper())
        for path, item in describe(routes)["paths"].items()
        for method in item
        if method in METHODS
    }
    assert served == described


def test_operations_say_what_they_do() -> None:
    """Every operation has a name of its own, a summary and a sentence."""
    operations = [
        operation
        for item in describe(routes)["paths"].values()
        for method, operation in item.items()
        if method in METHODS
    ]
    assert len({operation["operationId"] for operation in operations}) == len(operations)
    assert all(operation["summary"] and operation["description"] for operation in operations)


async def test_served(node: RunningNode) -> None:
    """The document is there for everybody, also without signing in."""
    async with httpx.AsyncClient(base_url=node.url, timeout=PATIENCE) as client:
        answer = await client.get("/api/openapi.json")
    assert answer.status_code == 200
    assert answer.json()["openapi"] == "3.1.0"
