"""Ways to send, by the API."""

from datetime import datetime

import httpx

from app.site import Identity, Site
from tests import factories
from tests.nodes import RunningNode
from tests.waiting import wait_for
from tests.web.described import api


async def drafted(client: httpx.AsyncClient, *to: Identity, separately: bool = False) -> str:
    """The address of a new draft to these people."""
    addressed = [{"person": who.person_id} for who in to]
    fields = {"subject": "Trip", "body": "Hello.", "to": addressed, "separately": separately}
    made = await client.post("/api/messages", json=fields)
    return f"/api/messages/{made.json()['id']}"


async def test_held_and_taken_back(node: RunningNode, site: Site) -> None:
    """202 with the moment at which it leaves; meanwhile it is no draft; taken back it is one, with its version."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        url = await drafted(client, bob)
        held = await client.post(f"{url}/send", json={"hold": 60})
        assert held.status_code == 202
        assert datetime.fromisoformat(held.json()["leaves_at"]) > site.now()
        again = await client.post(f"{url}/send", json={"hold": 5})
        assert (again.status_code, again.json()) == (202, held.json())
        for refused in (
            await client.get(url),
            await client.delete(url),
            await client.patch(url, json={"body": "Other"}, headers={"If-Match": '"1"'}),
        ):
            assert (refused.status_code, refused.json()["code"]) == (409, "message_held")
        discussion = url.replace("messages", "discussions")
        assert (await client.get("/api/messages")).json()["items"] == []
        assert (await client.get(discussion)).status_code == 404
        assert (await other.delete(f"{url}/send")).status_code == 404
        back = await client.delete(f"{url}/send")
        assert (back.status_code, back.headers["etag"], back.json()["state"]) == (200, '"1"', "draft")
        assert (await client.delete(f"{url}/send")).json() == back.json()
        assert (await client.post(f"{url}/send", json={"hold": 60})).status_code == 202
        now = await client.post(f"{url}/send")
        assert (now.status_code, now.json()["repeated"]) == (200, False)
        assert (await other.get(discussion)).status_code == 200
        late = await client.delete(f"{url}/send")
        assert (late.status_code, late.json()["code"]) == (409, "already_sent")
        assert (await client.post(f"{url}/send", json={"hold": 5})).json()["repeated"] is True


async def test_held_it_leaves_by_itself(node: RunningNode, site: Site) -> None:
    """When the seconds are over, the recipients have it."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        url = await drafted(client, bob)
        assert (await client.post(f"{url}/send", json={"hold": 0.2})).status_code == 202

        async def has_left() -> bool:
            return (await other.get(url.replace("messages", "discussions"))).status_code == 200

        await wait_for(has_left, "the message leaves")


async def test_how_long_it_may_be_held(node: RunningNode, site: Site) -> None:
    """Neither less than nothing nor more than a minute; zero is at once."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client:
        url = await drafted(client, bob)
        for hold in (-1, 61, "soon"):
            assert (await client.post(f"{url}/send", json={"hold": hold})).status_code == 422
        assert (await client.post(f"{url}/send", json={"hold": 0})).status_code == 200


async def test_separately(node: RunningNode, site: Site) -> None:
    """Each discussion with the one it is with; a repeat answers the same set."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with await api(node, alice) as client, await api(node, bob) as other:
        url = await drafted(client, bob, carol, separately=True)
        assert (await client.get(url)).json()["separately"] is True
        sent = (await client.post(f"{url}/send")).json()
        again = (await client.post(f"{url}/send")).json()
        assert (sent["repeated"], again["repeated"]) == (False, True)
        assert sent["discussions"] == again["discussions"]
        assert [one["person"]["name"] for one in sent["discussions"]] == ["Bob", "Carol"]
        shown = await other.get(f"/api/discussions/{sent['discussions'][0]['id']}")
        assert shown.json()["participant_count"] == 2
        assert (await other.get(f"/api/discussions/{sent['discussions'][1]['id']}")).status_code == 404
        for alone in ([bob], [alice]):
            url = await drafted(client, *alone, separately=True)
            [one] = (await client.post(f"{url}/send")).json()["discussions"]
            assert one["id"] == url.rpartition("/")[2]
