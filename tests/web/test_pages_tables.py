"""Importing on pages without scripts: looked at first, line by line; then exactly that file."""

import base64
import zlib

from app.administration import groups
from app.administration.people import find
from app.rulebook import list_rules, set_rule
from app.site import Identity, Site
from tests import factories
from tests.nodes import RunningNode
from tests.web.bringing import stored
from tests.web.html import Element, Visitor, visitor
from web.bounds import LARGEST_IMPORT

PEOPLE = b"login,name,groups\nbob,Bob,Choir\ncarol,Carol,Choir;Staff\n"


async def names(site: Site, admin: Identity) -> list[str]:
    """Everybody."""
    return [one.name for one in (await find(site, admin)).items]


async def looked_at(admin: Visitor, what: str, content: bytes) -> Element:
    """The report on a file."""
    page = await admin.open("/admin/tables")
    admin.choose(("table.csv", content))
    return await admin.submit(page.one("form", action=f"/admin/import/{what}"), "judge")


async def test_what_was_looked_at_is_imported(node: RunningNode, site: Site) -> None:
    """The first form stores nothing, also no file; the second imports what the first has shown."""
    ada = await factories.person(site, "ada", role="admin")
    async with visitor(node, ada) as admin:
        page = await looked_at(admin, "people", PEOPLE)
        assert [line.attributes["data-outcome"] for line in page.one("ol", "report").all("li")] == [
            "created"
        ] * 2
        assert await names(site, ada) == ["Ada"]
        assert stored(site) == []
        page = await admin.submit(page.one("form", action="/admin/import/people"), "import")
        assert "2 people were created." in page.one("div", "admin-done").text
        assert await names(site, ada) == ["Ada", "Bob", "Carol"]
        page = await looked_at(admin, "people", PEOPLE)
        assert [line.attributes["data-outcome"] for line in page.one("ol", "report").all("li")] == [
            "unchanged"
        ] * 2


async def test_what_would_be_otherwise_by_now_is_shown_again(node: RunningNode, site: Site) -> None:
    """Somebody came in between: nothing is imported, and the new report says so."""
    ada = await factories.person(site, "ada", role="admin")
    async with visitor(node, ada) as admin:
        page = await looked_at(admin, "people", PEOPLE)
        await factories.person(site, "bob", name="Robert")
        page = await admin.submit(page.one("form", action="/admin/import/people"), "import")
        assert "have changed since" in page.all(role="alert")[0].text
        assert await names(site, ada) == ["Ada", "Robert"]
        page = await admin.submit(page.one("form", action="/admin/import/people"), "import")
        assert "1 person was created." in page.one("div", "admin-done").text


async def test_wrong_lines_cannot_be_imported(node: RunningNode, site: Site) -> None:
    """There is no button for it, and a form that says so all the same imports nothing."""
    ada = await factories.person(site, "ada", role="admin")
    async with visitor(node, ada) as admin:
        page = await looked_at(admin, "people", b"login,name,role\nbob,Bob,\ncarol,,boss\n")
        assert admin.response.status_code == 422
        assert page.all("button", value="import") == []
        wrong = page.one("li", **{"data-outcome": "wrong"}).text
        assert (
            wrong
            == "Line 3 carol Wrong name: It is empty. role: The role is member, announcer, operator or admin."
        )
        page = await admin.submit(page.one("form", action="/admin/import/people"), "import")
        assert await names(site, ada) == ["Ada"]
        page = await admin.submit(page.one("form", action="/admin/import/people"), "wrong:0", button="show")
        assert len(page.one("ol", "report").all("li")) == 1
        for content, said in ((b"\xff", "UTF-8"), (b"nom\n", "first line"), (b'login,name\n"', "quotation")):
            page = await looked_at(admin, "people", content)
            assert said in page.one(id="problems").text


async def test_many_lines_are_shown_in_parts(node: RunningNode, site: Site) -> None:
    """Every line can be looked at, five hundred on a page."""
    ada = await factories.person(site, "ada", role="admin")
    content = "login,name\n" + "".join(f"p{n},Person {n}\n" for n in range(1200))
    async with visitor(node, ada) as admin:
        page = await looked_at(admin, "people", content.encode())
        seen = []
        for first in (500, 1000, 0):
            seen += [line.text.split()[1] for line in page.one("ol", "report").all("li")]
            if first:
                page = await admin.submit(page.one("form", "stack"), f":{first}", button="show")
    assert seen == [str(n) for n in range(2, 1202)]


async def test_rules_from_a_file_take_the_place_of_all(node: RunningNode, site: Site) -> None:
    """The report names each line and what would go; a change in between is shown again."""
    ada = await factories.person(site, "ada", role="admin")
    one, other = [await groups.create(site, ada, name) for name in ("One", "Other")]
    await set_rule(site, ada, one, one, "both")
    async with visitor(node, ada) as admin:
        page = await looked_at(admin, "rules", b"from,to,reach\nOne,Other,members\nOne,Nobody,most\n")
        assert "There is no such group that may be written to." in page.one("ol", "report").text
        page = await looked_at(admin, "rules", b"from,to,reach\nOne,Other,members\n")
        assert "One may write to One" in page.text
        await set_rule(site, ada, other, other, "group")
        page = await admin.submit(page.one("form", action="/admin/import/rules"), "import")
        assert "have changed since" in page.all(role="alert")[0].text
        await admin.submit(page.one("form", action="/admin/import/rules"), "import")
        [rule] = await list_rules(site, ada)
        assert (rule.from_name, rule.to_name, rule.reach) == ("One", "Other", "members")
        await admin.open("/admin/export/rules")
        assert admin.response.text == "\ufefffrom,to,reach\r\nOne,Other,members\r\n"
        assert admin.response.headers["content-disposition"].startswith("attachment")


async def test_nonsense_in_the_forms_is_refused(node: RunningNode, site: Site) -> None:
    """What did not come from here is a bad form, and a file that unfolds into too much is not unfolded."""
    ada = await factories.person(site, "ada", role="admin")
    bomb = base64.b64encode(zlib.compress(bytes(LARGEST_IMPORT + 1)))
    async with node.client(token=await factories.token(site, ada)) as client:
        for kept in (b"x", b"%%%", base64.b64encode(zlib.compress(PEOPLE)[:9]), bomb):
            answer = await client.post("/admin/import/people", files={"kept": (None, kept)})
            assert answer.status_code == 400
        answer = await client.post("/admin/import/people", content=b"x" * 10)
        assert answer.status_code == 415
