"""Boxes, discussions, replies and participants by the API."""

from typing import Any

import msgspec
import pytest

from app.site import Site
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api

MARKED = "**bold** and plain"


@pytest.fixture
def site(node: RunningNode) -> Site:
    """The node's site."""
    site: Site = node.app.state.node.site
    return site


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


async def test_boxes(node: RunningNode, site: Site) -> None:
    """A discussion is in the recipient's inbox, in the author's sent box, and in progress for both."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], subject="Concert")
    expected = {
        ("alice", "inbox"): [], ("alice", "progress"): [room], ("alice", "sent"): [room],
        ("bob", "inbox"): [room], ("bob", "progress"): [room], ("bob", "sent"): [],
    }  # fmt: skip
    for who in (alice, bob):
        async with await api(node, who) as client:
            for box in ("inbox", "progress", "sent"):
                page = (await client.get(f"/api/discussions?box={box}")).json()
                assert [row["id"] for row in page["items"]] == expected[who.login, box]
                assert page["next"] is None
            for query in ("box=nonsense", "limit=0", "limit=101", "cursor=nonsense"):
                assert (await client.get(f"/api/discussions?{query}")).status_code == 422, query
    async with await api(node, bob) as client:
        row = (await client.get("/api/discussions?box=inbox")).json()["items"][0]
    assert (row["subject"], row["unread"], row["head"], row["read_seq"]) == ("Concert", 1, 1, 0)
    assert row["last"]["seq"] == 1


async def test_reading_and_counts(node: RunningNode, site: Site) -> None:
    """Reading moves forward, marking unread moves back; the counts follow."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob])
    url = f"/api/discussions/{room}"
    async with await api(node, bob) as client:

        async def unread() -> tuple[int, int, int]:
            own = (await client.get(url)).json()["own"]
            return (await client.get("/api/unread")).json()["count"], own["unread"], own["read_seq"]

        assert await unread() == (1, 1, 0)
        assert (await client.put(f"{url}/read", json={"seq": 1})).status_code == 204
        assert await unread() == (0, 0, 1)
        await client.put(f"{url}/read", json={"seq": 0})
        assert await unread() == (0, 0, 1)
        await client.put(f"{url}/unread", json={"seq": 1})
        assert await unread() == (1, 1, 0)
        await client.put(f"{url}/read", json={"seq": 2**40})
        assert await unread() == (0, 0, 1)
        wrong: list[dict[str, Any]] = [{}, {"seq": -1}, {"seq": "1"}, {"seq": 2**60}]
        for content in wrong:
            assert (await client.put(f"{url}/read", json=content)).status_code == 422


async def test_participants(node: RunningNode, site: Site) -> None:
    """People are added (those who are in are named), removed by who may, and stop by themselves."""
    alice, bob, carol, dave = await factories.people(site, "alice", "bob", "carol", "dave")
    group = await factories.group(site, "Choir", [bob, carol])
    room = await factories.discussion(site, alice, [bob])
    url = f"/api/discussions/{room}"
    async with await api(node, bob) as client:
        add = {"add": [{"group": group.id}, {"person": dave.person_id}], "share_history": False}
        added = await client.post(f"{url}/participants", json=add)
        assert added.status_code == 200
        assert {person["id"] for person in added.json()["added"]} == {carol.person_id, dave.person_id}
        assert [person["id"] for person in added.json()["already"]] == [bob.person_id]
        refused = await client.delete(f"{url}/participants/{alice.person_id}")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        assert (await client.delete(f"{url}/participants/{carol.person_id}")).status_code == 204
        assert (await client.delete(f"{url}/participants/{carol.person_id}")).status_code == 404
        assert (await client.delete(f"{url}/participants/{new_id()}")).status_code == 404
        wrong: list[dict[str, Any]] = [{}, {"add": []}]
        wrong += [{"add": [{"person": new_id()}]}, {"add": [{"list": new_id()}]}]
        for content in wrong:
            assert (await client.post(f"{url}/participants", json=content)).status_code == 422, content
    async with await api(node, dave) as client:
        log = (await client.get(f"{url}/entries?after=0")).json()["items"]
        assert log[0]["about"]["id"] == dave.person_id
        assert (await client.post(f"{url}/stop")).status_code == 204
        assert (await client.post(f"{url}/stop")).status_code == 404
        assert (await client.get(url)).status_code == 404


async def test_whom_one_may_write_to(node: RunningNode, site: Site) -> None:
    """Recipients and the directory are found by first letters, whatever the accents and case."""
    alice = await factories.person(site, "alice", name="Alice Martin")
    await factories.person(site, "eloise", name="Éloïse Durand")
    await factories.person(site, "silent", name="Elo Silent", messaging="no")
    await factories.group(site, "Élèves", [alice])
    async with await api(node, alice) as client:
        found = (await client.get("/api/recipients?q=el")).json()
        assert found["next"] is None
        assert {(one["type"], one["name"], one["detail"]) for one in found["items"]} == {
            ("person", "Éloïse Durand", "eloise"),
            ("group", "Élèves", "1"),
        }
        people = (await client.get("/api/people?q=ELO")).json()["items"]
        assert {person["name"]: person["why"] for person in people}["Elo Silent"] == "opted_out"
        assert (await client.get("/api/recipients?q=%00")).status_code == 422


async def test_health(node: RunningNode) -> None:
    """The process is alive, and ready while its store answers."""
    async with await api(node, None) as client:
        assert (await client.get("/healthz")).json() == {"status": "ok"}
        ready = await client.get("/readyz")
    assert (ready.status_code, ready.json()["status"]) == (200, "ok")


async def test_same_from_browsers(node: RunningNode, site: Site) -> None:
    """A browser's cookie may change things from this site's own pages, and not without an origin."""
    alice = await factories.person(site, "alice")
    cookies = await factories.signed_in(site, alice)
    async with node.client(cookies=cookies) as client:
        made = await client.post("/api/messages", json={})
        assert made.status_code == 201
        del client.headers["Origin"]
        refused = await client.delete(f"/api/messages/{made.json()['id']}")
        assert (refused.status_code, refused.json()["code"]) == (403, "cross_site")
