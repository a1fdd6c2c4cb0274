"""Forwarding by the API and from a discussion's page."""

import pytest

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api
from tests.web.html import fields_of, visitor


async def test_by_the_api(node: RunningNode, site: Site) -> None:
    """201 with the draft, which carries the same files under the same ids; what one does not see is not found."""
    alice, bob, carol = await factories.people(site, "alice", "bob", "carol")
    async with await api(node, alice) as client:
        file = (await client.post("/api/attachments", files={"file": ("plan.txt", b"north")})).json()
        to = [{"person": bob.person_id}]
        fields = {"subject": "Trip", "body": "See the *plan*", "to": to, "attachments": [file["id"]]}
        room = (await client.post("/api/messages", json=fields)).json()["id"]
        await client.post(f"/api/messages/{room}/send")
    async with await api(node, bob) as client:
        made = await client.post(f"/api/discussions/{room}/forward")
        assert made.status_code == 201
        draft = made.json()
        assert made.headers["location"] == f"/api/messages/{draft['id']}"
        assert (draft["subject"], draft["to"]) == ("Fwd: Trip", [])
        assert draft["body"].endswith(":\n\n> See the *plan*")
        assert "Alice wrote on" in draft["body"]
        assert [one["id"] for one in draft["attachments"]] == [file["id"]]
        changed = {"to": [{"person": carol.person_id}]}
        await client.patch(f"/api/messages/{draft['id']}", json=changed, headers={"If-Match": '"1"'})
        assert (await client.post(f"/api/messages/{draft['id']}/send")).status_code == 200
        assert (await client.post(f"/api/discussions/{room}/forward", json={"seq": 2})).status_code == 404
        assert (await client.post(f"/api/discussions/{room}/forward", json={"seq": 0})).status_code == 422
    async with await api(node, carol) as client:
        assert (await client.get(f"/api/attachments/{file['id']}")).content == b"north"
        assert (await client.post(f"/api/discussions/{room}/forward")).status_code == 404


@pytest.mark.parametrize(
    ("language", "subject", "said"),
    [("en", "Fwd: Trip", "Alice wrote on"), ("fr", "Tr : Trip", "Alice a écrit le")],
)
async def test_from_the_page(node: RunningNode, site: Site, language: str, subject: str, said: str) -> None:
    """The button leads to the new message, in the reader's language; forwarded again, the subject says it once."""
    alice, bob = await factories.people(site, "alice", "bob")
    room = await factories.discussion(site, alice, [bob], "Hello.", subject="Trip")
    async with visitor(node, bob, language) as reader:
        page = await reader.open(f"/discussions/{room}")
        page = await reader.submit(page.one("form", "forward"))
        assert reader.path.startswith("/drafts/")
        fields = dict(fields_of(page.one("form", "message-form")))
        assert fields["subject"] == subject
        assert said in fields["body"]
        assert fields["body"].endswith("> Hello.")
        again = await factories.discussion(site, alice, [bob], subject=subject)
        page = await reader.open(f"/discussions/{again}")
        page = await reader.submit(page.one("form", "forward"))
        assert dict(fields_of(page.one("form", "message-form")))["subject"] == subject
