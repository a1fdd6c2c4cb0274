"""The rules by the API: kept by admins, explained to writers, named in refusals."""

import httpx
import pytest

from app.site import Identity
from tests import factories
from tests.app.ruled import rules
from tests.nodes import RunningNode


@pytest.fixture
async def people(node: RunningNode) -> dict[str, Identity]:
    """A school: a pupil, two teachers, an admin."""
    made = await factories.people(node.site, "lea", "tom", "ida")
    made.append(await factories.person(node.site, "root", role="admin"))
    await factories.group(node.site, "6A", made[:1])
    await factories.group(node.site, "Staff", made[1:3])
    return {one.login: one for one in made}


def client_of(node: RunningNode, token: str) -> httpx.AsyncClient:
    """Somebody's program."""
    return node.client(token=token)


async def ids(node: RunningNode, admin: httpx.AsyncClient, person: Identity) -> dict[str, str]:
    """The groups that this person may write to, by name."""
    found = (await admin.get(f"/api/admin/people/{person.person_id}/audience")).json()["items"]
    return {one["name"]: one["id"] for one in found if one["type"] == "group"}


async def test_an_admin_sets_asks_and_deletes(node: RunningNode, people: dict[str, Identity]) -> None:
    """A rule holds at once; whom somebody may write to comes in pages, with the reason."""
    async with client_of(node, await factories.token(node.site, people["root"])) as admin:
        groups = await ids(node, admin, people["lea"])
        path = f"/api/admin/rules/{groups['6A']}/{groups['Staff']}"
        assert (await admin.put(path, json={"reach": "both"})).json() == {
            "from": {"id": groups["6A"], "name": "6A"},
            "to": {"id": groups["Staff"], "name": "Staff"},
            "reach": "both",
        }
        assert len((await admin.get("/api/admin/rules")).json()["items"]) == 1
        audience = f"/api/admin/people/{people['lea'].person_id}/audience"
        first = (await admin.get(audience, params={"limit": 2})).json()
        because = {"kind": "rule", "from_group": "6A", "to_group": "Staff", "reach": "both"}
        assert [(one["name"], one["detail"], one["because"]) for one in first["items"]] == [
            ("Staff", "2", because),
            ("Ida", "ida", because),
        ]
        second = (await admin.get(audience, params={"limit": 2, "cursor": first["next"]})).json()
        assert ([one["name"] for one in second["items"]], second["next"]) == (["Tom"], None)
        assert [one["name"] for one in (await admin.get(audience, params={"q": "to"})).json()["items"]] == [
            "Tom"
        ]
        for _ in range(2):
            deleted = await admin.delete(path)
        assert deleted.status_code == 404
        assert (await admin.get("/api/admin/rules")).json() == {"items": [], "next": None}


async def test_what_is_wrong_is_said(node: RunningNode, people: dict[str, Identity]) -> None:
    """Another reach, groups that there are not, a cursor from elsewhere, a person whom there is not."""
    async with client_of(node, await factories.token(node.site, people["root"])) as admin:
        nowhere = f"/api/admin/rules/{'0' * 32}/{'1' * 32}"
        assert (await admin.put(nowhere, json={"reach": "all"})).status_code == 422
        errors = (await admin.put(nowhere, json={"reach": "both"})).json()["errors"]
        assert [(one["field"], one["code"]) for one in errors] == [("from", "unknown"), ("to", "unknown")]
        audience = f"/api/admin/people/{people['lea'].person_id}/audience"
        for cursor in ("x", f"person:{'0' * 32}", f"list:{people['tom'].person_id}"):
            assert (await admin.get(audience, params={"cursor": cursor})).status_code == 422
        missing = await admin.get(f"/api/admin/people/{'0' * 32}/audience")
        assert missing.status_code == 404


async def test_a_writer_is_told_why(node: RunningNode, people: dict[str, Identity]) -> None:
    """Recipients come with what allows them; refusals name each with a code."""
    await rules(node.site, "6A to Staff: group")
    async with client_of(node, await factories.token(node.site, people["lea"])) as lea:
        [staff] = (await lea.get("/api/recipients", params={"q": ""})).json()["items"]
        assert (staff["type"], staff["name"], staff["detail"]) == ("group", "Staff", "2")
        because = {"kind": "rule", "from_group": "6A", "to_group": "Staff", "reach": "group"}
        assert staff["because"] == because
        to = [{"person": people["tom"].person_id}, {"person": people["root"].person_id}]
        draft = (await lea.post("/api/messages", json={"subject": "S", "body": "B", "to": to})).json()["id"]
        refused = await lea.post(f"/api/messages/{draft}/send")
    assert (refused.status_code, refused.json()["code"]) == (422, "recipients_refused")
    assert sorted(refused.json()["refused"], key=lambda one: str(one["name"])) == [
        {"id": people["root"].person_id, "name": "Root", "why": "no_rule"},
        {"id": people["tom"].person_id, "name": "Tom", "why": "group_only", "group": "Staff"},
    ]
