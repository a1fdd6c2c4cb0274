"""Administering by the API: as it is described, for admins only, and refused before anything is read."""

from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.described import api

PEOPLE = b"login,name,groups\nbob,Bob,Choir\ncarol,Carol,Choir\n"


async def test_a_site_is_set_up_by_a_program(node: RunningNode, site: Site) -> None:
    """Import, look, change, invite, shut out, rules from a file; all of it is in the log."""
    ada = await factories.person(site, "ada", role="admin")
    async with await api(node, ada) as admin:
        table = {"file": ("people.csv", PEOPLE)}
        dry = (await admin.post("/api/admin/import/people?dry_run=1", files=table)).json()
        assert [line["outcome"] for line in dry["lines"]] == ["created", "created"]
        done = await admin.post(f"/api/admin/import/people?judged={dry['fingerprint']}", files=table)
        assert done.json()["report"]["people_created"] == 2
        again = await admin.post(f"/api/admin/import/people?judged={dry['fingerprint']}", files=table)
        assert (again.status_code, again.json()["errors"][0]["code"]) == (422, "changed")

        bob = (await admin.get("/api/admin/people?q=bob")).json()["items"][0]["id"]
        changed = await admin.patch(f"/api/admin/people/{bob}", json={"name": "Bobby", "messaging": False})
        assert (changed.json()["name"], changed.json()["messaging"]) == ("Bobby", False)
        wrong = await admin.patch(f"/api/admin/people/{bob}", json={"role": "boss"})
        assert wrong.json()["errors"][0]["field"] == "role"
        link = (await admin.post(f"/api/admin/people/{bob}/invitation")).json()
        assert link["link"].startswith(f"{node.url}/welcome/")
        assert (await admin.post(f"/api/admin/people/{bob}/suspend")).status_code == 204
        assert (await admin.post(f"/api/admin/people/{ada.person_id}/suspend")).status_code == 422

        made = (await admin.post("/api/admin/groups", json={"name": "Staff"})).json()
        assert (await admin.put(f"/api/admin/groups/{made['id']}/members/{bob}")).status_code == 204
        members = (await admin.get(f"/api/admin/groups/{made['id']}/members")).json()["items"]
        assert [one["name"] for one in members] == ["Bobby"]
        rules = {"file": ("rules.csv", b"from,to,reach\nStaff,Choir,both\n")}
        dry = (await admin.post("/api/admin/import/rules?dry_run=1", files=rules)).json()
        assert [line["outcome"] for line in dry["lines"]] == ["created"]
        assert (await admin.post("/api/admin/import/rules", files=rules)).json()["report"]["rules"] == 1
        assert "Staff,Choir,both" in (await admin.get("/api/admin/export/rules")).text
        told = [line["action"] for line in (await admin.get("/api/admin/audit")).json()["items"]]
        assert told[:3] == ["rules_exported", "rules_imported", "member_added"]


async def test_who_is_no_admin_is_refused_before_anything_is_read(node: RunningNode, site: Site) -> None:
    """Also with a body that is nonsense, and for what does not exist."""
    bob = await factories.person(site, "bob", role="operator")
    async with await api(node, bob) as operator:
        for answer in (
            await operator.post(
                "/api/admin/people", content=b"{", headers={"Content-Type": "application/json"}
            ),
            await operator.post("/api/admin/import/people", content=b"x"),
            await operator.get("/api/admin/people?limit=0"),
            await operator.get("/api/admin/people/nobody"),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")
