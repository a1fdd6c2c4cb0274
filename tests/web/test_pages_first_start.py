"""A site without anybody leads to the first start, and never again after it."""

import pytest

from app.settings import Settings
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from web.machine import is_at_the_machine

FORM = {
    "login": "root",
    "name": "Élodie Martin",
    "password": "a long one, chosen here",
    "again": "a long one, chosen here",
    "language": "fr",
}
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}
"""What a proxy on the same machine adds."""


@pytest.mark.parametrize("address", ["/", "/sign-in", "/boxes/inbox", "/settings", "/welcome", "/nowhere"])
async def test_every_page_leads_to_it(node: RunningNode, address: str) -> None:
    """Wherever one wants to go; programs and monitors are answered as ever."""
    async with node.client() as client:
        answer = await client.get(address)
        assert (answer.status_code, answer.headers["location"]) == (303, "/first-start")
        assert (await client.get("/first-start")).status_code == 200
        assert (await client.get("/api/session")).status_code == 401
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/readyz")).status_code == 200


async def test_the_first_administrator_is_in_and_the_door_is_shut(node: RunningNode) -> None:
    """She lands on her home page, in her language; the form is gone for everybody, as if it had never been."""
    async with node.client() as first, node.client() as second:
        answer = await first.post("/first-start", data=FORM)
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        person = (await first.get("/api/session")).json()["person"]
        assert (person["login"], person["role"], person["language"]) == ("root", "admin", "fr")
        for client in (first, second):
            assert (await client.get("/first-start")).status_code == 404
            assert (await client.post("/first-start", data=FORM | {"login": "two"})).status_code == 404
        assert (await second.get("/")).headers["location"] == "/sign-in"


async def test_what_will_not_do_is_said_and_what_was_typed_is_kept(node: RunningNode) -> None:
    """All but the passwords."""
    async with node.client() as client:
        for changes, said in (
            ({"again": "another"}, "are not the same"),
            ({"password": "short", "again": "short"}, "at least 10 characters"),
            ({"login": "two words"}, "A login has no spaces"),
            ({"name": ""}, "Write your name."),
        ):
            answer = await client.post("/first-start", data=FORM | changes)
            assert answer.status_code == 422
            assert said in answer.text
            assert FORM["password"] not in answer.text
            assert (FORM["name"] in answer.text) == ("name" not in changes)
        assert (await client.get("/")).headers["location"] == "/first-start"


async def test_from_elsewhere_the_code_is_needed(node_factory: NodeFactory, sqlite_url: str) -> None:
    """Also through a proxy on the same machine; the code that the server printed lets her through."""
    node = await node_factory(sqlite_url, setup_code="ABCD-EFGH")
    async with node.client() as client:
        page = await client.get("/first-start", headers=ELSEWHERE)
        assert "Setup code" in page.text
        assert "Setup code" not in (await client.get("/first-start")).text
        for code in ({}, {"code": "wrong"}):
            refused = await client.post("/first-start", data=FORM | code, headers=ELSEWHERE)
            assert refused.status_code == 422
            assert "not the code that the server has printed" in refused.text
        done = await client.post("/first-start", data=FORM | {"code": "abcd efgh"}, headers=ELSEWHERE)
        assert done.status_code == 303


@pytest.mark.parametrize(
    ("client", "headers", "origins", "at_it"),
    [
        ("127.0.0.1", {"host": "127.0.0.1:8000"}, (), True),
        ("::1", {"host": "[::1]:8000"}, (), True),
        ("127.0.0.1", {"host": "localhost"}, ("http://localhost:3000",), True),
        ("192.168.1.7", {"host": "localhost"}, (), False),
        ("", {"host": "localhost"}, (), False),
        ("127.0.0.1", {"host": "parley.example.org"}, (), False),
        ("127.0.0.1", {}, (), False),
        ("127.0.0.1", {"host": "localhost", "x-forwarded-for": "10.0.0.1"}, (), False),
        ("127.0.0.1", {"host": "localhost", "via": "1.1 proxy"}, (), False),
        ("127.0.0.1", {"host": "localhost"}, ("https://parley.example.org",), False),
    ],
)
def test_who_sits_at_the_machine(
    client: str, headers: dict[str, str], origins: tuple[str, ...], at_it: bool
) -> None:
    """Only a request that can have come from nowhere else; a site that only resolves to here is another host."""
    settings = Settings.model_validate({"allowed_origins": ",".join(origins)})
    scope = {
        "type": "http",
        "client": (client, 1) if client else None,
        "headers": [(name.encode(), value.encode()) for name, value in headers.items()],
    }
    assert is_at_the_machine(settings, scope) is at_it
