"""Signing in and out by the API."""

import httpx
import pytest

from tests import factories
from tests.nodes import RunningNode
from tests.waiting import PATIENCE
from tests.web.described import api


async def test_sign_in_and_out(node: RunningNode) -> None:
    """Login and password give a cookie that says who one is, until one signs out."""
    site = node.site
    alice = await factories.person(site, "alice")
    await factories.signed_in(site, alice)
    async with httpx.AsyncClient(base_url=node.url, timeout=PATIENCE) as client:
        answer = await client.post("/api/session", json={"login": "alice", "password": factories.PASSWORD})
        assert answer.status_code == 200
        person = answer.json()["person"]
        assert (person["id"], person["login"], person["name"]) == (alice.person_id, "alice", "Alice")
        cookie = answer.headers["set-cookie"]
        assert cookie.startswith("parley=")
        assert {"HttpOnly", "SameSite=lax", "Path=/"} <= set(cookie.split("; "))
        assert "Secure" not in cookie
        assert (await client.get("/api/session")).json() == answer.json()
        kept = dict(client.cookies)
        gone = await client.delete("/api/session", headers={"Origin": node.url})
        assert gone.status_code == 204
        assert dict(client.cookies) == {}
        client.cookies.update(kept)
        assert (await client.get("/api/session")).status_code == 401


async def test_signing_in_again_ends_the_session_before(node: RunningNode) -> None:
    """A browser has one session: the new one replaces the old, which nobody can use any more."""
    site = node.site
    old = await factories.signed_in(site, await factories.person(site, "alice"))
    async with node.client(cookies=old) as client:
        answer = await client.post("/api/session", json={"login": "alice", "password": factories.PASSWORD})
        assert answer.status_code == 200
        assert (
            await client.get("/api/session", headers={"Cookie": f"parley={old['parley']}"})
        ).status_code == 401
        new = answer.headers["set-cookie"].partition(";")[0]
        assert (await client.get("/api/session", headers={"Cookie": new})).status_code == 200


async def test_behind_https(node: RunningNode) -> None:
    """Over https the cookie is `__Host-`, Secure and bound to the host."""
    site = node.site
    await factories.signed_in(site, await factories.person(site, "alice"))
    transport = httpx.ASGITransport(node.app)
    async with httpx.AsyncClient(transport=transport, base_url="https://parley.example") as client:
        answer = await client.post("/api/session", json={"login": "alice", "password": factories.PASSWORD})
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-parley=")
    assert {"HttpOnly", "SameSite=lax", "Path=/", "Secure"} <= set(cookie.split("; "))
    assert "Domain" not in cookie


async def test_wrong_credentials(node: RunningNode) -> None:
    """A wrong password and an unknown login get the same answer, byte for byte."""
    site = node.site
    await factories.signed_in(site, await factories.person(site, "alice"))
    async with await api(node, None) as client:
        wrong = await client.post("/api/session", json={"login": "alice", "password": "wrong"})
        unknown = await client.post("/api/session", json={"login": "nobody", "password": "wrong"})
    assert wrong.status_code == 401
    assert wrong.json()["code"] == "wrong_credentials"
    assert wrong.headers["content-type"] == "application/problem+json"
    assert wrong.content == unknown.content


@pytest.mark.parametrize(
    ("content", "status", "code", "field"),
    [
        (b"", 400, "bad_json", None),
        (b'{"login":', 400, "bad_json", None),
        (b'{"login":"\xff","password":""}', 400, "bad_json", None),
        (b'{"x":' + b"[" * 100_000, 400, "bad_json", None),
        (b"[]", 422, "invalid", ""),
        (b"{}", 422, "invalid", "login"),
        (b'{"login":"alice"}', 422, "invalid", "password"),
        (b'{"login":1,"password":""}', 422, "invalid", "login"),
        (b'{"login":"","password":""}', 422, "invalid", "login"),
        (b'{"login":"a\\u0000","password":""}', 422, "invalid", "login"),
        (b'{"login":"\\ud800","password":""}', 422, "invalid", "login"),
    ],
)
async def test_bad_input(
    node: RunningNode, content: bytes, status: int, code: str, field: str | None
) -> None:
    """What is not JSON is 400; what is JSON but not a sign-in is 422 and names the field."""
    async with await api(node, None) as client:
        answer = await client.post(
            "/api/session", content=content, headers={"Content-Type": "application/json"}
        )
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (status, code)
    assert problem["status"] == status
    if field is not None:
        assert [error["field"] for error in problem["errors"]] == [field]


async def test_media_type_and_method(node: RunningNode) -> None:
    """Forms are 415, methods that are not offered 405, unknown addresses 404: all as problems."""
    async with await api(node, None) as client:
        form = await client.post("/api/session", data={"login": "a", "password": "b"})
        method = await client.put("/api/session", json={})
        unknown = await client.get("/api/nothing")
    assert (form.status_code, form.json()["code"]) == (415, "unsupported_media_type")
    assert (method.status_code, method.json()["code"]) == (405, "method_not_allowed")
    assert set(method.headers["allow"].split(", ")) == {"GET", "HEAD", "POST", "DELETE"}
    assert (unknown.status_code, unknown.json()["code"]) == (404, "not_found")
    for answer in (form, method, unknown):
        assert answer.headers["content-type"] == "application/problem+json"


async def test_signing_somebody_in_from_elsewhere(node: RunningNode) -> None:
    """A foreign page cannot sign its visitor in as somebody else."""
    async with httpx.AsyncClient(base_url=node.url, timeout=PATIENCE) as client:
        for headers in ({"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}):
            answer = await client.post("/api/session", json={"login": "a", "password": "b"}, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (403, "cross_site")


async def test_too_many_tries(node: RunningNode) -> None:
    """After a number of wrong passwords one has to wait, and is told how long."""
    async with await api(node, None) as client:
        for _ in range(30):
            answer = await client.post("/api/session", json={"login": "alice", "password": "wrong"})
            if answer.status_code == 429:
                break
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1


async def test_a_refusal_is_a_problem_of_rfc_9457(node: RunningNode) -> None:
    """All members of the standard are there, next to our own `code`."""
    async with httpx.AsyncClient(base_url=node.url, timeout=PATIENCE) as client:
        answer = await client.get("/api/session")
    assert answer.headers["content-type"] == "application/problem+json"
    problem = answer.json()
    assert (problem["type"], problem["title"], problem["status"]) == ("about:blank", "Unauthorized", 401)
    assert problem["code"] == "not_signed_in"
    assert problem["detail"]
