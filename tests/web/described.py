"""Clients whose every answer is held against the description that the API gives of itself."""

from typing import Any

import httpx
from openapi_schema_validator import OAS31Validator
from starlette.routing import compile_path

from app.site import Identity
from tests import factories
from tests.nodes import RunningNode
from web.api.openapi import describe
from web.routes import routes


class Description:
    """What `openapi.json` says, ready to be compared with answers."""

    def __init__(self) -> None:
        self.document = describe(routes)
        self._paths = [(compile_path(path)[0], item) for path, item in self.document["paths"].items()]

    async def check(self, response: httpx.Response) -> None:
        """Fail unless the answer's status, media type and content are described."""
        request = response.request
        item = next((item for regex, item in self._paths if regex.match(request.url.path)), None)
        operation = item.get(request.method.lower()) if item else None
        if operation is None:
            assert request.method == "HEAD" or response.status_code in (404, 405), request
            return
        described = operation["responses"].get(str(response.status_code))
        assert described, f"{request.method} {request.url.path} answers {response.status_code} undescribed"
        if "$ref" in described:
            described = self.document["components"]["responses"][described["$ref"].rpartition("/")[2]]
        await response.aread()
        if "content" not in described:
            assert response.content == b""
            return
        content = described["content"]
        schema = (content.get("*/*") or content[response.headers["content-type"]])["schema"]
        if schema:  # bytes have none
            self._validate(schema, response.json())

    def _validate(self, schema: dict[str, Any], content: Any) -> None:
        whole = {**schema, "components": self.document["components"]}
        OAS31Validator(whole).validate(content)


async def api(node: RunningNode, who: Identity | None) -> httpx.AsyncClient:
    """A client of the API with a token of this person (of nobody), whose answers are checked."""
    token = await factories.token(node.site, who) if who else None
    client = node.client(token=token)
    client.event_hooks["response"].append(Description().check)
    return client
