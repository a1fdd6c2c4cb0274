"""Boxes, counts, participants and the directory by the API."""

from typing import Any

from app.site import Site
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api


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
