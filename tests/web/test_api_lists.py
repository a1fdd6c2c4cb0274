"""Lists, recipients and the signature by the API."""

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api


async def test_lists(node: RunningNode, site: Site) -> None:
    """Made, shown, changed, written to, offered, deleted; nobody else's are found."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with await api(node, alice) as client, await api(node, bob) as other:
        fields = {"name": "Friends", "members": [{"person": bob.person_id}]}
        made = await client.post("/api/lists", json=fields)
        assert made.status_code == 201
        url = made.headers["location"]
        assert (await client.get(url)).json() == made.json()
        assert (await client.get("/api/lists")).json()["items"] == [made.json()]
        members = [*made.json()["members"], {"person": carol.person_id}]
        changed = await client.patch(url, json={"members": members})
        assert [member["name"] for member in changed.json()["members"]] == ["Bob", "Carol"]
        taken = await client.post("/api/lists", json={"name": "Friends"})
        assert (taken.status_code, taken.json()["errors"][0]["code"]) == (422, "taken")
        draft = await client.post("/api/messages", json={"to": [{"list": made.json()["id"]}]})
        assert [one["name"] for one in draft.json()["to"]] == ["Bob", "Carol"]
        [option] = (await client.get("/api/recipients?q=fri")).json()["items"]
        assert (option["type"], option["id"], option["detail"]) == ("list", made.json()["id"], "2")
        assert (await client.get("/api/recipients")).json()["items"][0] == option
        for answer in (await other.get(url), await other.delete(url)):
            assert answer.status_code == 404
        foreign = await other.post("/api/messages", json={"to": [{"list": made.json()["id"]}]})
        assert (foreign.status_code, foreign.json()["errors"][0]["code"]) == (422, "unknown")
        assert (await client.delete(url)).status_code == 204
        assert (await client.get(url)).status_code == 404


async def test_signature(node: RunningNode, site: Site) -> None:
    """It is kept as it is changed; messages that programs write are not signed by themselves."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        assert (await client.get("/api/signature")).json() == {"signature": ""}
        changed = await client.put("/api/signature", json={"signature": " Alice "})
        assert changed.json() == (await client.get("/api/signature")).json() == {"signature": "Alice"}
        assert (await client.put("/api/signature", json={"signature": "x" * 1001})).status_code == 422
        assert (await client.post("/api/messages", json={"body": "x"})).json()["body"] == "x"
