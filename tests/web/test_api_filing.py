"""Folders, trash, mute and bulk actions by the API."""

from typing import Any

import httpx
import pytest

from app.site import Identity, Site
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api


@pytest.fixture
async def people(site: Site) -> list[Identity]:
    """Alice and Bob."""
    return await factories.people(site, "alice", "bob")


async def ids(client: httpx.AsyncClient, query: str) -> list[str]:
    """What a box holds."""
    return [row["id"] for row in (await client.get(f"/api/discussions?{query}")).json()["items"]]


async def test_folders(node: RunningNode, people: list[Identity]) -> None:
    """They are made, renamed, moved and deleted; what is wrong is named."""
    async with await api(node, people[0]) as client:
        made = await client.post("/api/folders", json={"name": " Work "})
        assert made.status_code == 201
        work = made.json()
        assert work == {"id": work["id"], "name": "Work", "parent": None, "level": 1, "unread": 0}
        inner = (await client.post("/api/folders", json={"name": "Plans", "parent": work["id"]})).json()
        assert (inner["parent"], inner["level"]) == (work["id"], 2)
        wrong: list[tuple[dict[str, Any], str, str]] = [
            ({"name": "WORK"}, "name", "taken"),
            ({"name": "x" * 51}, "name", "out_of_bounds"),
            ({"name": "y", "parent": new_id()}, "parent", "unknown"),
        ]
        for given, field, code in wrong:
            answer = await client.post("/api/folders", json=given)
            assert answer.status_code == 422
            assert [(e["field"], e["code"]) for e in answer.json()["errors"]] == [(field, code)]
        url = f"/api/folders/{inner['id']}"
        assert (await client.patch(url, json={"name": "Ideas", "parent": None})).json()["level"] == 1
        listed = (await client.get("/api/folders")).json()
        assert [folder["name"] for folder in listed["items"]] == ["Ideas", "Work"]
        assert (await client.delete(url)).json() == {"trashed": 0}
        assert (await client.delete(url)).status_code == 404
        assert (await client.patch(url, json={"name": "Gone"})).status_code == 404


async def test_one_s_own_view_of_a_discussion(node: RunningNode, site: Site, people: list[Identity]) -> None:
    """Filed, trashed, restored, muted and deleted; boxes, rows and counts say so."""
    alice, bob = people
    room = await factories.discussion(site, alice, [bob])
    url = f"/api/discussions/{room}"
    async with await api(node, bob) as client:
        folder = (await client.post("/api/folders", json={"name": "Work"})).json()["id"]
        assert (await client.put(f"{url}/folder", json={"folder": folder})).status_code == 204
        assert await ids(client, "box=inbox") == []
        assert await ids(client, f"box=folder:{folder}") == [room]
        assert (await client.get("/api/unread")).json() == {
            "count": 1,
            "boxes": {"inbox": 0},
            "folders": {folder: 1},
        }
        assert (await client.put(f"{url}/trash", json={"trashed": True})).status_code == 204
        assert await ids(client, "box=trash") == [room]
        own = (await client.get(url)).json()["own"]
        assert (own["folder"], own["trashed"], own["muted"]) == (folder, True, False)
        assert (await client.put(f"{url}/trash", json={"trashed": False})).status_code == 204
        assert await ids(client, f"box=folder:{folder}&unread=true&from={alice.person_id}") == [room]
        assert await ids(client, f"box=folder:{folder}&from={bob.person_id}") == []
        assert await ids(client, f"box=folder:{folder}&attachments=true") == []
        assert (await client.put(f"{url}/mute", json={"muted": True})).status_code == 204
        assert (await client.get("/api/unread")).json()["count"] == 0
        for path, given in (("folder", {"folder": new_id()}), ("folder", {}), ("mute", {}), ("trash", {})):
            assert (await client.put(f"{url}/{path}", json=given)).status_code == 422
        assert (await client.get(f"/api/discussions?box=folder:{new_id()}")).status_code == 404
        assert (await client.get("/api/discussions?box=folder")).status_code == 422
        assert (await client.delete(url)).status_code == 204
        assert (await client.delete(url)).status_code == 404
        assert await ids(client, "box=progress") == []


async def test_many_at_once(node: RunningNode, site: Site, people: list[Identity]) -> None:
    """By their ids or all of a box; what changed comes back with how it was, and undoes it."""
    alice, bob = people
    rooms = [await factories.discussion(site, alice, [bob]) for _ in range(3)]
    async with await api(node, bob) as client:

        async def bulk(**given: Any) -> httpx.Response:
            return await client.post("/api/discussions/bulk", json=given)

        missing = new_id()
        done = (await bulk(ids=[*rooms[:2], missing], action="trash")).json()
        assert done == {
            "changed": [{"id": room, "trashed": False} for room in rooms[:2]],
            "missing": [missing],
            "next": None,
        }
        assert await ids(client, "box=inbox") == rooms[2:]
        assert (await bulk(action="undo", changed=done["changed"])).status_code == 200
        assert await ids(client, "box=inbox") == rooms[::-1]
        folder = (await client.post("/api/folders", json={"name": "Work"})).json()["id"]
        await bulk(ids=rooms[:1], action="move", folder=folder)
        row = (await client.get("/api/discussions?box=inbox")).json()["items"][0]
        everything = {"box": "inbox", "until": row["last_entry_at"], "unread": True}
        done = (await bulk(all=everything, action="move", folder=folder)).json()
        assert {was["id"] for was in done["changed"]} == set(rooms[1:])
        await bulk(action="undo", changed=done["changed"])
        assert await ids(client, "box=inbox") == rooms[:0:-1]
        done = (await bulk(all=everything, action="delete")).json()
        assert {was["id"] for was in done["changed"]} == set(rooms[1:])
        assert await ids(client, "box=progress") == rooms[:1]


async def test_bulk_actions_that_say_too_little_or_too_much(
    node: RunningNode, people: list[Identity]
) -> None:
    """Each is refused with the field that is wrong."""
    everything = {"box": "inbox", "until": "2026-03-01T12:00:00Z"}
    wrong: list[tuple[dict[str, Any], str]] = [
        ({"action": "read"}, "ids"),
        ({"action": "shout", "ids": []}, "action"),
        ({"action": "move", "ids": []}, "folder"),
        ({"action": "move", "ids": [new_id()], "folder": new_id()}, "folder"),
        ({"action": "undo"}, "changed"),
        ({"action": "read", "ids": [], "all": everything}, "ids"),
        ({"action": "read", "ids": ["x"]}, "ids[0]"),
        ({"action": "read", "ids": [new_id() for _ in range(1001)]}, "ids"),
        ({"action": "read", "all": {"box": "inbox", "until": "2026-03-01T12:00:00"}}, "all.until"),
        ({"action": "read", "all": {"box": "nonsense", "until": "2026-03-01T12:00:00Z"}}, "box"),
    ]
    async with await api(node, people[0]) as client:
        for given, field in wrong:
            answer = await client.post("/api/discussions/bulk", json=given)
            assert answer.status_code == 422, given
            assert [error["field"] for error in answer.json()["errors"]] == [field], given
