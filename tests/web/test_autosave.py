"""Saving by itself: what the writing page's scripts ask for, and what they are told."""

import asyncio

import httpx
import pytest

from app import drafts
from app.drafts import DraftFields
from app.site import Site
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import read, visitor


async def test_a_new_message_is_a_draft_with_its_first_save(node: RunningNode, site: Site) -> None:
    """Each save gives the version to name the next time, and when it was."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = new_id()
    async with visitor(node, alice) as writer:
        form = {"version": "0", "subject": " A  trip ", "body": "1\r\n2", "to": f"person:{bob.person_id}"}
        first = await _save(writer.client, draft, **form)
        second = await _save(writer.client, draft, **form | {"version": "1", "reply_policy": "nobody"})
    assert [(answer.status_code, answer.headers["etag"]) for answer in (first, second)] == [
        (204, '"1"'),
        (204, '"2"'),
    ]
    assert second.headers["last-modified"].endswith("GMT")
    kept = await drafts.get(site, alice, draft)
    assert (kept.subject, kept.body, kept.reply_policy) == ("A trip", "1\n2", "nobody")
    assert [ref.name for ref in kept.to] == ["Bob"]


@pytest.mark.parametrize("version", ["0", "1"])
async def test_the_same_save_again_is_no_conflict(node: RunningNode, site: Site, version: str) -> None:
    """An answer that got lost: the text is there already, and its version is told once more."""
    alice = await factories.person(site, "alice")
    draft = new_id()
    async with visitor(node, alice) as writer:
        if version == "1":
            await _save(writer.client, draft, version="0", body="before")
        form = {"version": version, "subject": "A  trip", "body": "text"}
        answers = await asyncio.gather(*(_save(writer.client, draft, **form) for _ in range(3)))
    assert {(answer.status_code, answer.headers["etag"]) for answer in answers} == {
        (204, f'"{int(version) + 1}"')
    }


async def test_an_older_save_is_refused_and_shown_the_other(node: RunningNode, site: Site) -> None:
    """412 with both the version and the text that are kept; recipients are part of it."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft = await drafts.create(site, alice, DraftFields(subject="S", body="<b>other</b>"))
    async with visitor(node, alice) as writer:
        to = f"person:{bob.person_id}"
        assert (await _save(writer.client, draft.id, version="1", subject="S", to=to)).status_code == 204
        refused = await _save(writer.client, draft.id, version="1", subject="S")
        assert refused.status_code == 412
        conflict = read(refused.text).one("section", "conflict")
        assert conflict.attributes["data-version"] == "2"
        assert "Bob" in conflict.text
        kept = await _save(writer.client, draft.id, version="2", subject="mine")
        assert kept.status_code == 204


async def test_what_is_in_the_way_of_a_save(node: RunningNode, site: Site) -> None:
    """Sent or discarded meanwhile, wrong, somebody else in the same browser, or nobody any more."""
    alice, bob = await factories.people(site, "alice", "bob")
    draft, sent = new_id(), await factories.discussion(site, alice, [bob])
    async with visitor(node, alice) as writer:
        assert (await _save(writer.client, sent, version="1", body="more")).status_code == 409
        assert (await _save(writer.client, draft, version="1", body="x")).status_code == 404
        wrong = await _save(writer.client, draft, version="0", body="x" * 20_001)
        assert wrong.status_code == 422
        assert "20,000" in read(wrong.text).one(id="problems").text
        other = await _save(writer.client, draft, version="0", body="x", writer=bob.person_id)
        assert other.status_code == 403
        writer.client.cookies.clear()
        assert (await _save(writer.client, draft, version="0", body="x")).status_code == 401
    assert (await drafts.list_drafts(site, alice)).items == []


async def _save(client: httpx.AsyncClient, draft: str, **form: str) -> httpx.Response:
    return await client.post(f"/fragments/drafts/{draft}", data=form)
