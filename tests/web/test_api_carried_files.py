"""Files that drafts, messages and replies carry: kept once, had by whoever sees them, and deleted while none does."""

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.bringing import SMALL, sent, stored, upload
from tests.web.described import api


async def test_the_same_content_is_stored_once(node: RunningNode, site: Site) -> None:
    """Whoever brings it, under whatever name."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        await upload(client, "one.txt", SMALL)
        await upload(client, "two.txt", SMALL)
        last = await upload(other, "three.txt", SMALL)
        assert len(stored(site)) == 1
        assert (await other.get(last.headers["location"])).content == SMALL


async def test_a_draft_and_a_reply_carry_files(node: RunningNode, site: Site) -> None:
    """They are in the draft, in the entries and for everybody who sees these, also after the writer has left."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        one, two, three = [(await upload(client, f"{name}.txt", name.encode())).json() for name in "abc"]
        draft = await client.post(
            "/api/messages",
            json={
                "subject": "Plans",
                "body": "See below",
                "to": [{"person": bob.person_id}],
                "attachments": [two["id"], one["id"]],
            },
        )
        assert draft.json()["attachments"] == [two, one]
        room = draft.json()["id"]
        changed = await client.patch(
            f"/api/messages/{room}", json={"attachments": [one["id"]]}, headers={"If-Match": '"1"'}
        )
        assert changed.json()["attachments"] == [one]
        assert (await other.get(f"/api/attachments/{one['id']}")).status_code == 404
        await client.post(f"/api/messages/{room}/send")
        reply = {"client_id": "r", "body": "And this", "attachments": [three["id"]]}
        assert (await client.post(f"/api/discussions/{room}/replies", json=reply)).status_code == 201
        assert (await client.post(f"/api/discussions/{room}/replies", json=reply)).status_code == 200
        reply["attachments"] = [two["id"]]
        reused = await client.post(f"/api/discussions/{room}/replies", json=reply)
        assert reused.json()["code"] == "client_id_reused"
        await client.post(f"/api/discussions/{room}/stop")
        entries = (await other.get(f"/api/discussions/{room}/entries")).json()["items"]
        assert [entry["attachments"] for entry in entries] == [[one], [three], []]
        assert (await other.get(f"/api/attachments/{three['id']}")).content == b"c"
        # Who has left sees no entry, and nothing that an entry carries.
        assert (await client.get(f"/api/attachments/{three['id']}")).status_code == 404
        assert (await client.get(f"/api/attachments/{two['id']}")).content == b"b"


async def test_forwarding_what_one_sees(node: RunningNode, site: Site) -> None:
    """The same attachment goes into another message, not a copy of it; and no longer once one does not see it."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with (
        await api(node, alice) as client,
        await api(node, bob) as other,
        await api(node, carol) as third,
    ):
        file = (await upload(client, "a.txt", SMALL)).json()
        room = await sent(client, [bob], [file["id"]])
        refused = await third.post("/api/messages", json={"attachments": [file["id"]]})
        assert refused.json()["errors"][0]["code"] == "not_found"
        forwarded = await sent(other, [carol], [file["id"]])
        assert (await third.get(f"/api/attachments/{file['id']}")).content == SMALL
        kept = {"body": "later", "to": [{"person": carol.person_id}], "attachments": [file["id"]]}
        draft = (await other.post("/api/messages", json=kept)).json()["id"]
        for left in (room, forwarded):
            await other.post(f"/api/discussions/{left}/stop")
        late = await other.post(f"/api/messages/{draft}/send")
        assert (late.status_code, late.json()["errors"][0]["field"]) == (422, "attachments")


async def test_a_file_that_is_not_wanted_is_deleted(node: RunningNode, site: Site) -> None:
    """Its row, its bytes and what it took of her room; one of the same content stays for whoever else brought it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        one, two = [(await upload(client, name, SMALL)).headers["location"] for name in ("one", "two")]
        his = (await upload(other, "his", SMALL)).headers["location"]
        assert (await other.delete(one)).status_code == 404
        assert (await client.delete(one)).status_code == 204
        assert (await client.get(one)).status_code == 404
        assert (await client.delete(one)).status_code == 404
        assert (await client.get(two)).content == SMALL
        assert (await client.delete(two)).status_code == 204
        assert (await other.get(his)).content == SMALL
        assert len(stored(site)) == 1
        assert (await other.delete(his)).status_code == 204
        assert stored(site) == []


async def test_what_is_carried_is_not_deleted(node: RunningNode, site: Site) -> None:
    """By a draft, not before it is taken off there; by an entry, never, whoever has brought it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        drafted, carried = [(await upload(client, name, SMALL)).json()["id"] for name in ("draft", "entry")]
        fields = {"body": "later", "attachments": [drafted]}
        draft = (await client.post("/api/messages", json=fields)).headers["location"]
        await sent(client, [bob], [carried])
        for asked, file in ((client, drafted), (client, carried), (other, carried)):
            refused = await asked.delete(f"/api/attachments/{file}")
            assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")
        await client.patch(draft, json={"attachments": []}, headers={"If-Match": '"1"'})
        assert (await client.delete(f"/api/attachments/{drafted}")).status_code == 204
        assert (await other.get(f"/api/attachments/{carried}")).content == SMALL
