"""Drafts and sending by the API."""

import json
from typing import Any

import httpx
import pytest

from app.site import Site
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api


async def test_a_draft_lives(node: RunningNode, site: Site) -> None:
    """A draft is made, read, listed, changed with its version, and discarded."""
    alice, bob = await factories.people(site, "alice", "bob")
    group = await factories.group(site, "Choir", [bob])
    async with await api(node, alice) as client:
        made = await client.post(
            "/api/messages",
            json={
                "subject": "Concert",
                "body": "On *Friday*",
                "to": [{"person": bob.person_id}],
                "cc": [{"group": group.id}],
                "reply_policy": "nobody",
            },
        )
        assert made.status_code == 201
        draft = made.json()
        assert (draft["state"], draft["version"], made.headers["etag"]) == ("draft", 1, '"1"')
        assert made.headers["location"] == f"/api/messages/{draft['id']}"
        assert draft["to"] == [
            {"type": "person", "id": bob.person_id, "name": "Bob", "person": bob.person_id}
        ]
        assert draft["cc"] == [{"type": "group", "id": group.id, "name": "Choir", "group": group.id}]
        url = f"/api/messages/{draft['id']}"
        read = await client.get(url)
        assert (read.json(), read.headers["etag"]) == (draft, '"1"')
        assert (await client.get("/api/messages?state=draft")).json() == {"items": [draft], "next": None}
        changed = await client.patch(url, json={"body": "On Saturday"}, headers={"If-Match": '"1"'})
        assert (changed.status_code, changed.headers["etag"]) == (200, '"2"')
        assert (changed.json()["subject"], changed.json()["body"]) == ("Concert", "On Saturday")
        # What was read may be written back as it is.
        back = await client.patch(
            url, json={"to": draft["cc"], "cc": draft["to"]}, headers={"If-Match": '"2"'}
        )
        assert (back.json()["to"], back.json()["cc"]) == (draft["cc"], draft["to"])
        assert (await client.delete(url)).status_code == 204
        assert (await client.get(url)).status_code == 404


async def test_versions(node: RunningNode, site: Site) -> None:
    """A change needs the version that was read: 428 without, 412 with an older one, which changes nothing."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        url = f"/api/messages/{(await client.post('/api/messages', json={'body': 'one'})).json()['id']}"
        without = await client.patch(url, json={"body": "two"})
        assert (without.status_code, without.json()["code"]) == (428, "precondition_required")
        await client.patch(url, json={"body": "two"}, headers={"If-Match": '"1"'})
        for older in ('"1"', '"3"', "1", 'W/"2"', '"x"', "nonsense"):
            refused = await client.patch(url, json={"body": "three"}, headers={"If-Match": older})
            assert (refused.status_code, refused.json()["code"]) == (412, "version_conflict"), older
            assert refused.json()["current"] == 2
        assert (await client.get(url)).json()["body"] == "two"
        for newest, body in (('"7", "2"', "four"), ("*", "five")):
            taken = await client.patch(url, json={"body": body}, headers={"If-Match": newest})
            assert (taken.status_code, taken.json()["body"]) == (200, body)


INVALID: list[tuple[dict[str, Any], str, str]] = [
    ({"kind": "memo"}, "invalid", "kind"),
    ({"reply_policy": "perhaps"}, "invalid", "reply_policy"),
    ({"subject": 5}, "invalid", "subject"),
    ({"subject": "x" * 201}, "invalid", "subject"),
    ({"subject": "a\0"}, "invalid", "subject"),
    ({"body": "x" * 20_001}, "invalid_body", "body"),
    ({"body": "a\0"}, "invalid_body", "body"),
    ({"body": "\ud800"}, "invalid_body", "body"),
    ({"to": "bob"}, "invalid", "to"),
    ({"to": [{}]}, "invalid", "to[0]"),
    ({"to": [{"person": "bob"}]}, "invalid", "to[0].person"),
    ({"to": [{"person": new_id(), "group": new_id()}]}, "invalid", "to[0]"),
    ({"to": [{"person": new_id()}]}, "invalid", "to"),
    ({"cc": [{"group": new_id()}]}, "invalid", "cc"),
    ({"to": [{"list": new_id()}]}, "invalid", "to"),
    ({"attachments": [new_id()]}, "invalid", "attachments"),
    ({"appointment": {"starts_at": "tomorrow"}}, "invalid", "appointment.starts_at"),
    ({"appointment": {"starts_at": "2030-05-01T10:00:00"}}, "invalid", "appointment.starts_at"),
    ({"appointment": {}}, "invalid", "appointment.starts_at"),
]


@pytest.mark.parametrize(("fields", "code", "field"), INVALID)
async def test_invalid_drafts(
    node: RunningNode, site: Site, fields: dict[str, Any], code: str, field: str
) -> None:
    """Each wrong field of a draft is named, and nothing is kept."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        answer = await client.post(
            "/api/messages", content=json.dumps(fields), headers={"Content-Type": "application/json"}
        )
        problem = answer.json()
        assert (answer.status_code, problem["code"]) == (422, code)
        assert [error["field"] for error in problem["errors"]] == [field]
        assert all(error["code"] and error["detail"] for error in problem["errors"])
        assert (await client.get("/api/messages")).json()["items"] == []


async def test_appointment(node: RunningNode, site: Site) -> None:
    """A message may carry a beginning and an end, in whatever zone they are given."""
    alice = await factories.person(site, "alice")
    times = {"starts_at": "2030-05-01T10:00:00+02:00", "ends_at": "2030-05-01T09:00:00Z"}
    async with await api(node, alice) as client:
        draft = (await client.post("/api/messages", json={"appointment": times})).json()
        assert draft["appointment"] == {
            "starts_at": "2030-05-01T08:00:00Z",
            "ends_at": "2030-05-01T09:00:00Z",
        }
        taken_off = await client.patch(
            f"/api/messages/{draft['id']}", json={"appointment": None}, headers={"If-Match": '"1"'}
        )
        assert taken_off.json()["appointment"] is None
        backwards = {"starts_at": times["ends_at"], "ends_at": "2030-05-01T08:00:00Z"}
        refused = await client.post("/api/messages", json={"appointment": backwards})
        assert refused.status_code == 422


async def test_sending(node: RunningNode, site: Site) -> None:
    """A sent message is a discussion of the same id; sending again answers the same."""
    alice, bob = await factories.people(site, "alice", "bob")
    async with await api(node, alice) as client:
        draft = await _draft(client, {"subject": "Hi", "body": "Hello", "to": [{"person": bob.person_id}]})
        sent = await client.post(f"/api/messages/{draft}/send")
        assert (sent.status_code, sent.json()["discussion"]["id"]) == (200, draft)
        assert sent.json()["repeated"] is False
        again = await client.post(f"/api/messages/{draft}/send")
        assert again.json() == sent.json() | {"repeated": True}
        for answer in (
            await client.get(f"/api/messages/{draft}"),
            await client.patch(f"/api/messages/{draft}", json={}, headers={"If-Match": '"1"'}),
            await client.delete(f"/api/messages/{draft}"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (409, "already_sent")
    async with await api(node, bob) as client:
        assert (await client.get(f"/api/discussions/{draft}")).json()["subject"] == "Hi"


async def test_sending_refused(node: RunningNode, site: Site) -> None:
    """Without recipients, with refused ones or without a text nothing is sent, and the reason is named."""
    alice = await factories.person(site, "alice")
    silent = await factories.person(site, "silent", messaging="no")
    async with await api(node, alice) as client:
        lonely = await client.post(f"/api/messages/{await _draft(client, {'body': 'x'})}/send")
        assert (lonely.status_code, lonely.json()["code"]) == (422, "no_recipients")
        to = [{"person": silent.person_id}]
        refused = await client.post(f"/api/messages/{await _draft(client, {'body': 'x', 'to': to})}/send")
        assert (refused.status_code, refused.json()["code"]) == (422, "recipients_refused")
        assert refused.json()["refused"] == [{"id": silent.person_id, "name": "Silent", "why": "opted_out"}]
        bob = await factories.person(site, "bob")
        empty = await _draft(client, {"body": " \n", "to": [{"person": bob.person_id}]})
        answer = await client.post(f"/api/messages/{empty}/send")
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_body")


async def test_sending_too_fast(node: RunningNode, site: Site) -> None:
    """Trying to send without pause is refused after a while, with the time to wait."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        for _ in range(200):
            answer = await client.post(f"/api/messages/{new_id()}/send")
            if answer.status_code != 404:
                break
    assert (answer.status_code, answer.json()["code"]) == (429, "rate_limited")
    assert int(answer.headers["retry-after"]) >= 1
    assert answer.json()["retry_after"] >= 1


async def test_list_in_pages(node: RunningNode, site: Site) -> None:
    """Drafts come in pages; a limit out of bounds, a wrong cursor and an unknown state are refused."""
    alice = await factories.person(site, "alice")
    async with await api(node, alice) as client:
        made = [await _draft(client, {"body": str(number)}) for number in range(5)]
        seen: list[str] = []
        cursor = ""
        while True:
            page = (await client.get(f"/api/messages?limit=2&cursor={cursor}")).json()
            seen += [draft["id"] for draft in page["items"]]
            cursor = page["next"]
            if cursor is None:
                break
        assert seen == made[::-1]
        for query in ("limit=0", "limit=101", "limit=x", "cursor=nonsense", "state=sent"):
            answer = await client.get(f"/api/messages?{query}")
            assert answer.status_code == 422, query
            assert answer.json()["errors"][0]["field"] == query.partition("=")[0]


async def _draft(client: httpx.AsyncClient, fields: dict[str, Any]) -> str:
    answer = await client.post("/api/messages", json=fields)
    assert answer.status_code == 201, answer.text
    draft_id: str = answer.json()["id"]
    return draft_id
