"""Sending later and in quiet hours, by the API."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from app.site import Identity, Site
from tests import factories
from tests.app.departing import ALWAYS, OPEN
from tests.conftest import NodeFactory
from tests.nodes import RunningNode
from tests.web.described import api


def ahead(**time: float) -> str:
    """So far from now, in a zone of its own."""
    return (datetime.now(UTC).replace(microsecond=0) + timedelta(**time)).isoformat()


async def drafted(client: httpx.AsyncClient, to: Identity, **fields: Any) -> str:
    """The address of a new draft."""
    given = {"subject": "Trip", "body": "Hello.", "to": [{"person": to.person_id}], **fields}
    made = await client.post("/api/messages", json=given)
    assert made.status_code == 201
    return f"/api/messages/{made.json()['id']}"


async def test_at_a_time(node: RunningNode, site: Site) -> None:
    """202 in the shape of what is held; it is listed with when it leaves; another time, taken back, or now."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client, await api(node, bob) as other:
        url = await drafted(client, bob)
        first, second = ahead(days=2), ahead(days=1)
        held = await client.post(f"{url}/send", json={"at": first})
        assert (held.status_code, held.json()["held_for"]) == (202, "later")
        assert datetime.fromisoformat(held.json()["leaves_at"]) == datetime.fromisoformat(first)
        moved = await client.post(f"{url}/send", json={"at": second})
        assert datetime.fromisoformat(moved.json()["leaves_at"]) == datetime.fromisoformat(second)
        [waiting] = (await client.get("/api/messages", params={"state": "held"})).json()["items"]
        assert (waiting["id"], waiting["state"], waiting["held_for"]) == (held.json()["id"], "held", "later")
        assert waiting["leaves_at"] == moved.json()["leaves_at"]
        assert (await client.get("/api/messages")).json()["items"] == []
        assert (await other.get("/api/messages", params={"state": "held"})).json()["items"] == []
        assert (await client.get(url)).json()["code"] == "message_held"
        back = await client.delete(f"{url}/send")
        assert (back.json()["state"], back.json()["leaves_at"]) == ("draft", None)
        await client.post(f"{url}/send", json={"at": second})
        assert (await client.post(f"{url}/send")).status_code == 200
        assert (await other.get(url.replace("messages", "discussions"))).status_code == 200
        assert (await client.post(f"{url}/send", json={"at": second})).json()["repeated"] is True


@pytest.mark.parametrize(
    ("given", "field", "code"),
    [
        ({"at": "2020-02-02T08:00:00Z"}, "at", "past"),
        ({"at": ahead(days=400)}, "at", "too_far"),
        ({"at": "9999-12-31T23:59:59Z"}, "at", "too_far"),
        ({"at": "2026-11-23T08:00:00"}, "at", "wrong"),
        ({"at": "tomorrow"}, "at", "wrong"),
        ({"at": ahead(days=1), "hold": 5}, "at", "exclusive"),
        ({"urgent": True}, "urgent", "not_allowed"),
        ({"urgent": "very"}, "urgent", "wrong"),
    ],
)
async def test_what_is_refused(
    node: RunningNode, site: Site, given: Mapping[str, object], field: str, code: str
) -> None:
    """422 that names the field; the draft stays as it was."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client:
        url = await drafted(client, bob)
        before = (await client.get(url)).json()
        refused = await client.post(f"{url}/send", json=given)
        assert refused.status_code == 422
        [error] = refused.json()["errors"]
        assert error["field"] == field
        assert code in (error["code"], "wrong")
        assert (await client.get(url)).json() == before


async def test_quiet_hours(node_factory: NodeFactory, sqlite_url: str) -> None:
    """What is sent in them waits (202), what is urgent and allowed to be goes, replies go in any case."""
    node = await node_factory(sqlite_url, quiet_hours=ALWAYS, time_zone="UTC", urgent_groups="Duty")
    site: Site = node.site
    alice, bob = await factories.people(site, "alice", "bob")
    admin = await factories.person(site, "admin", role="admin")
    async with await api(node, alice) as client, await api(node, admin) as allowed:
        url = await drafted(client, bob)
        waits = await client.post(f"{url}/send")
        assert (waits.status_code, waits.json()["held_for"]) == (202, "quiet")
        assert datetime.fromisoformat(waits.json()["leaves_at"]).strftime("%H:%M") == f"{OPEN}:58"
        assert (await client.post(f"{url}/send", json={"urgent": True})).status_code == 422
        assert (await client.delete(f"{url}/send")).json()["state"] == "draft"
        urgent = await drafted(allowed, bob, urgent=True)
        assert (await allowed.get(urgent)).json()["urgent"] is True
        assert (await allowed.post(f"{urgent}/send")).status_code == 200
        discussion = urgent.replace("messages", "discussions")
        assert (await allowed.get(discussion)).json()["urgent"] is True
        reply = {"client_id": "1", "body": "At once."}
        assert (await allowed.post(f"{discussion}/replies", json=reply)).status_code == 201
        pressed = await drafted(allowed, bob)
        assert (await allowed.post(f"{pressed}/send")).status_code == 202
        assert (await allowed.post(f"{pressed}/send", json={"urgent": True})).status_code == 200
