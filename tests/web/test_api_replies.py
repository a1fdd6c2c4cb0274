"""Replies and the log by the API."""

from typing import Any

import msgspec
import pytest

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api

MARKED = "**bold** and plain"


async def test_replying(node: RunningNode, site: Site) -> None:
    """A reply is 201 with its number; the same again is 200 and the same number; another content is 409."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    url = f"/api/discussions/{room}/replies"
    async with await api(node, bob) as client:
        first = await client.post(url, json={"client_id": "one", "body": "Yes"})
        assert first.status_code == 201
        assert first.json() | {"at": ""} == {
            "discussion": room, "client_id": "one", "seq": 2, "at": "", "repeated": False,
        }  # fmt: skip
        again = await client.post(url, json={"client_id": "one", "body": "Yes"})
        assert (again.status_code, again.json()) == (200, first.json() | {"repeated": True})
        other = await client.post(url, json={"client_id": "one", "body": "No"})
        assert (other.status_code, other.json()["code"]) == (409, "client_id_reused")
        answer = await client.post(url, json={"client_id": "two", "body": "So", "reply_to": 1})
        assert answer.json()["seq"] == 3
    async with await api(node, alice) as client:
        log = (await client.get(f"/api/discussions/{room}/entries")).json()["items"]
    assert [(entry["seq"], entry.get("client_id"), entry.get("reply_to")) for entry in log] == [
        (1, None, None),
        (2, "one", None),
        (3, "two", 1),
    ]


@pytest.mark.parametrize(
    ("reply", "code", "field"),
    [
        ({"body": "x"}, "invalid", "client_id"),
        ({"client_id": "", "body": "x"}, "invalid", "client_id"),
        ({"client_id": "x" * 65, "body": "x"}, "invalid", "client_id"),
        ({"client_id": "a\0", "body": "x"}, "invalid", "client_id"),
        ({"client_id": "a"}, "invalid", "body"),
        ({"client_id": "a", "body": " \n "}, "invalid_body", "body"),
        ({"client_id": "a", "body": "x" * 20_001}, "invalid_body", "body"),
        ({"client_id": "a", "body": "\0"}, "invalid_body", "body"),
        ({"client_id": "a", "body": "x", "reply_to": 99}, "invalid", "reply_to"),
        ({"client_id": "a", "body": "x", "attachments": ["y"]}, "invalid", "attachments"),
    ],
)
async def test_invalid_replies(
    node: RunningNode, site: Site, reply: dict[str, Any], code: str, field: str
) -> None:
    """A wrong reply is refused with the field that is wrong, and nothing is stored."""
    alice = await factories.person(site, "alice")
    room = await factories.discussion(site, alice, [await factories.person(site, "bob")])
    async with await api(node, alice) as client:
        answer = await client.post(f"/api/discussions/{room}/replies", json=reply)
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == [field]
        assert (await client.get(f"/api/discussions/{room}")).json()["head"] == 1


async def test_longest_reply(node: RunningNode, site: Site) -> None:
    """20,000 characters outside the basic plane, all escaped, go through."""
    alice = await factories.person(site, "alice")
    room = await factories.discussion(site, alice, [await factories.person(site, "bob")])
    body = "\N{GRINNING FACE}" * 20_000
    async with await api(node, alice) as client:
        content = msgspec.json.encode({"client_id": "a", "body": body})
        escaped = content.decode().encode("ascii", "backslashreplace")
        escaped = escaped.replace(b"\\U0001f600", b"\\ud83d\\ude00")
        answer = await client.post(
            f"/api/discussions/{room}/replies", content=escaped, headers={"Content-Type": "application/json"}
        )
        assert answer.status_code == 201
        log = (await client.get(f"/api/discussions/{room}/entries?after=1")).json()["items"]
    assert log[0]["body"] == body


async def test_log_in_pages(node: RunningNode, site: Site) -> None:
    """The log is read forwards, backwards and from its end, always ascending; `next` goes on."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    url = f"/api/discussions/{room}/entries"
    async with await api(node, alice) as client:
        for number in range(2, 8):
            await client.post(
                f"/api/discussions/{room}/replies", json={"client_id": str(number), "body": str(number)}
            )

        async def page(query: str) -> tuple[list[int], int | None]:
            answer = (await client.get(f"{url}?{query}")).json()
            return [entry["seq"] for entry in answer["items"]], answer["next"]

        assert await page("") == ([1, 2, 3, 4, 5, 6, 7], None)
        assert await page("after=0&limit=3") == ([1, 2, 3], 3)
        assert await page("after=3&limit=3") == ([4, 5, 6], 6)
        assert await page("after=6&limit=3") == ([7], None)
        assert (await page("after=7"))[0] == []
        assert await page("limit=3") == ([5, 6, 7], 5)
        assert await page("before=5&limit=3") == ([2, 3, 4], 2)
        assert await page("before=2&limit=3") == ([1], None)
        for query in ("limit=0", "limit=201", "after=-1", "before=x", "after=1&before=3"):
            assert (await client.get(f"{url}?{query}")).status_code == 422, query


async def test_entry_shape(node: RunningNode, site: Site) -> None:
    """`html` is there only for markup, `about` only where somebody is meant, `attachments` always."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    room = await factories.discussion(site, alice, [bob], body=MARKED)
    url = f"/api/discussions/{room}"
    async with await api(node, alice) as client:
        await client.post(f"{url}/replies", json={"client_id": "a", "body": "plain\nlines"})
        await client.post(f"{url}/participants", json={"add": [{"person": carol.person_id}]})
        message, reply, added = (await client.get(f"{url}/entries")).json()["items"]
    assert set(message) == {"seq", "kind", "author", "at", "body", "html", "attachments"}
    assert "<strong>bold</strong>" in message["html"]
    assert message["author"] == {"id": alice.person_id, "name": "Alice"}
    assert set(reply) == {"seq", "kind", "author", "at", "body", "client_id", "attachments"}
    assert (added["kind"], added["about"]) == ("added", {"id": carol.person_id, "name": "Carol"})
    assert message["attachments"] == []
    assert message["at"].endswith("Z")
