"""The pages for admins without scripts: people, groups, rules, and what was done."""

import pytest

from app.administration import groups, people
from app.people import suspend
from app.rulebook import list_rules, set_rule
from app.rules.audience import Rule
from app.site import Identity, Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.html import visitor
from web.pages.administration.rules import Matrix


@pytest.fixture
async def ada(site: Site) -> Identity:
    """The only admin."""
    return await factories.person(site, "ada", role="admin")


async def test_an_account_is_made_invited_and_shut_out(node: RunningNode, site: Site, ada: Identity) -> None:
    """Each step says what was done; the link is shown once, and lets her in."""
    async with visitor(node, ada) as admin:
        page = await admin.open("/admin/people/new")
        page = await admin.submit(page.one("form", "admin-form"), name="Bob", login="ada", email="x")
        assert admin.response.status_code == 422
        assert "This is not an e-mail address." in page.one(id="problems").text
        page = await admin.submit(page.one("form", "admin-form"), name="Bob", login="ada", email="")
        assert "Somebody has this login already." in page.one(id="problems").text
        page = await admin.submit(page.one("form", "admin-form"), name="Bob", login="bob")
        account = admin.path
        page = await admin.submit(page.all("form", "admin-form")[2], "invite")
        link = page.one("input", id="link").attributes["value"]
        assert (await admin.open(account)).all("input", id="link") == []
    async with visitor(node, None) as bob:
        page = await bob.open(link)
        assert bob.response.status_code == 200
    [found] = (await people.find(site, ada, "bob")).items
    async with visitor(node, await factories.person(site, "bob")) as bob, visitor(node, ada) as admin:
        page = await admin.open(account)
        page = await admin.submit(page.all("form", "admin-form")[2], "suspend")
        assert "Suspended" in page.one("header", "admin-head").text
        await bob.open("/")
        assert bob.path == "/sign-in"
        page = await admin.submit(page.all("form", "admin-form")[2], "resume")
        assert "Suspended" not in page.one("header", "admin-head").text
    assert (await people.get(site, ada, found.id)).suspended_at is None


async def test_an_account_is_changed_and_put_into_groups(
    node: RunningNode, site: Site, ada: Identity
) -> None:
    """Fields, groups by their names; what is wrong is said and what was typed stays."""
    bob = await factories.person(site, "bob")
    staff = await groups.create(site, ada, "Staff")
    async with visitor(node, ada) as admin:
        page = await admin.open(f"/admin/people/{bob.person_id}")
        page = await admin.submit(
            page.all("form", "admin-form")[0], "save", name="Bobby", time_zone="Nowhere"
        )
        assert "There is no such time zone." in page.one(id="problems").text
        assert page.one("input", id="name").attributes["value"] == "Bobby"
        page = await admin.submit(page.all("form", "admin-form")[0], "save", time_zone="UTC")
        assert page.one("h1").text == "Bobby"
        page = await admin.submit(page.all("form", "admin-form")[1], "join", group="Staf")
        assert "There is no group of this name." in page.one(id="problems").text
        page = await admin.submit(page.all("form", "admin-form")[1], "join", group="Staff")
        assert [group.name for group in (await people.get(site, ada, bob.person_id)).groups] == ["Staff"]
        await admin.submit(page.all("form", "admin-form")[1], f"leave:{staff}")
        assert (await people.get(site, ada, bob.person_id)).groups == []


async def test_the_last_admin_is_told_why_she_stays_one(node: RunningNode, site: Site, ada: Identity) -> None:
    """Neither her role nor her account goes."""
    async with visitor(node, ada) as admin:
        page = await admin.open(f"/admin/people/{ada.person_id}")
        page = await admin.submit(page.all("form", "admin-form")[2], "suspend")
    assert admin.response.status_code == 422
    assert "Nobody would be left who is an admin." in page.one(id="problems").text


async def test_a_group_is_kept_and_deleted_with_a_warning(
    node: RunningNode, site: Site, ada: Identity
) -> None:
    """Members are found without scripts; deleting says what goes along; one that was written to stays."""
    bob = await factories.person(site, "bob")
    async with visitor(node, ada) as admin:
        page = await admin.open("/admin/groups")
        page = await admin.submit(page.all("form", "admin-form")[0], name="a;b")
        assert admin.response.status_code == 422
        page = await admin.submit(page.all("form", "admin-form")[0], name="Choir")
        address = admin.path
        page = await admin.submit(page.one("form", "message-form"), "search", members_search="bo")
        option = page.one("input", type="checkbox", name="members").attributes["value"]
        page = await admin.submit(page.one("form", "message-form"), "put", members=[option])
        assert page.one("ul", "admin-list").one("a", "admin-name").text == "Bob"
        choir = address.rpartition("/")[2]
        await set_rule(site, ada, choir, choir, "both")
        page = await admin.open(f"{address}/delete")
        assert "1 rule names it and goes with it." in page.text
        assert "everybody could write to everybody" in page.text
        await admin.submit(page.all("form", "actions")[0])
        assert admin.path == "/admin/groups"
        assert await list_rules(site, ada) == []
        used = await factories.group(site, "Used", [bob])
        await factories.discussion(site, ada, [used])
        page = await admin.open(f"/admin/groups/{used.id}/delete")
        assert "cannot be deleted" in page.one(role="alert").text
        assert page.all("button", "danger") == []


async def test_rules_are_a_matrix_that_leaves_alone_what_others_changed(
    node: RunningNode, site: Site, ada: Identity
) -> None:
    """Cells that were not touched are not written, although somebody else has changed them since."""
    first, second = [await groups.create(site, ada, name) for name in ("First", "Second")]
    async with visitor(node, ada) as admin:
        page = await admin.open("/admin/rules")
        assert "everybody may write to everybody" in page.text
        page = await admin.submit(
            page.one("form", "admin-form"), "add", **{"from": "First", "to": "Nobody", "reach": "both"}
        )
        assert "There is no such group that may be written to." in page.one(id="problems").text
        for source, goal in (("First", "Second"), ("Second", "First")):
            fields = {"from": source, "to": goal, "reach": "members"}
            page = await admin.submit(page.one("form", "admin-form"), "add", **fields)
        await set_rule(site, ada, second, first, "group")
        cells = {f"rule:{first}:{second}:members": "", f"rule:{second}:{first}:members": "members"}
        cells[f"rule:{first}:{first}:"] = "both"
        await admin.submit(page.all("form", "stack")[0], "save", **cells)
        rules = {(rule.from_name, rule.to_name): rule.reach for rule in await list_rules(site, ada)}
        assert rules == {("First", "First"): "both", ("Second", "First"): "group"}
        page = await admin.open("/admin/rules?view=list")
        assert len(page.one("ul", "rule-list").all("li")) == 2


def test_groups_of_a_matrix_stand_by_their_names() -> None:
    """Accents and case part nothing: Équipe comes before Newsroom, on both sides."""
    names = {"e": "Équipe", "n": "newsroom", "t": "Teachers"}
    matrix = Matrix([Rule(one, names[one], one, names[one], "both") for one in ("e", "n", "t")])
    assert matrix.columns == matrix.rows == list(names.items())


async def test_the_log_is_in_the_language_of_who_reads(node: RunningNode, site: Site, ada: Identity) -> None:
    """Sentences with names; what changed in words; filtered by deed and person."""
    bob = await factories.person(site, "bob")
    await people.change(site, ada, bob.person_id, {"role": "operator", "name": "Bobby"})
    await suspend(site, "bob")
    await people.change(site, ada, ada.person_id, {"language": "fr"})
    async with visitor(node, ada, "fr") as admin:
        page = await admin.open("/admin/audit")
        lines = [line.text for line in page.one("ol", "audit").all("li")]
        page = await admin.open("/admin/audit?action=person_suspended&person=bob")
        [only] = page.one("ol", "audit").all("li")
    assert "La ligne de commande a suspendu Bobby" in only.text
    changed = [line for line in lines if "Ada a modifié le compte de Bobby" in line]
    assert "(Membre → Opérateur)" in changed[0]
    assert "1 personne créée" in lines[-1]


async def test_the_menu_leads_admins_there_and_nobody_else(
    node: RunningNode, ada: Identity, site: Site
) -> None:
    """Whoever is no admin is not even told of it."""
    async with visitor(node, ada) as admin, visitor(node, await factories.person(site, "bob")) as bob:
        assert (await admin.open("/")).all("a", href="/admin")
        assert (await bob.open("/")).all("a", href="/admin") == []
