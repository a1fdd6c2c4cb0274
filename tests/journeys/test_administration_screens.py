"""Every screen for admins: accessible in both themes, and no wider than a narrow screen in both languages."""

from pathlib import Path

import pytest
from playwright.async_api import Page, expect

from app import rulebook
from app.administration import people
from app.people import suspend
from tests import factories
from tests.journeys.conftest import PlaceFactory
from tests.journeys.place import Place
from tests.journeys.test_access import NARROW, violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

LONG = "A group with a name that is longer than any screen is wide, or nearly"
TABLE = "login,name,role\nada,Ada,\nnew,A New One,\nwrong,,boss\nnew,Again,\n"


async def filled(place: Place) -> dict[str, str]:
    """A site with people, long names, rules, and something of each kind in the audit log; its screens by name."""
    ada, bob = await factories.people(place.site, "ada", "bob", role="admin")
    group = await factories.group(place.site, LONG, [ada, bob])
    staff = await factories.group(place.site, "Staff", [bob])
    rules = [(LONG, LONG, "both"), (LONG, "Staff", "members"), ("Staff", LONG, "group")]
    await rulebook.import_rules(place.site, [dict(zip(rulebook.COLUMNS, row, strict=True)) for row in rules])
    await people.change(place.site, ada, bob.person_id, {"role": "operator", "name": "Maximiliane-Charlotte"})
    await suspend(place.site, "bob", ada)
    return {
        "overview": "/admin",
        "people": "/admin/people",
        "nobody found": "/admin/people?q=zzz&state=active",
        "new person": "/admin/people/new",
        "person": f"/admin/people/{ada.person_id}",
        "suspended person": f"/admin/people/{bob.person_id}?done=suspended",
        "audience": f"/admin/people/{ada.person_id}/audience",
        "refused": f"/admin/people/{ada.person_id}/audience?q=max",
        "groups": "/admin/groups",
        "group": f"/admin/groups/{group.id}",
        "delete a group": f"/admin/groups/{staff.id}/delete",
        "rules": "/admin/rules",
        "rules as a list": "/admin/rules?view=list",
        "tables": "/admin/tables",
        "audit log": "/admin/audit",
    }


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing(place_factory: PlaceFactory, tmp_path: Path, theme: str) -> None:
    """No violation on any of them, nor on the report of an import and on a link that is shown once."""
    place = await place_factory()
    screens = await filled(place)
    ada = await place.visit(await factories.person(place.site, "ada"))
    tab = await ada.tab()
    await tab.emulate_media(color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce")
    found = {}
    for name, path in screens.items():
        await tab.goto(place.line.url + path)
        for summary in await tab.locator(".admin-page summary").all():
            await summary.click()
        found[name] = await violations(tab)
    await _report(tab, place, tmp_path)
    found["report"] = await violations(tab)
    await tab.goto(place.line.url + screens["person"])
    await tab.locator("button[value=reset], button[value=invite]").click()
    await expect(tab.locator("#link")).to_be_visible()
    found["link"] = await violations(tab)
    assert {name: wrong for name, wrong in found.items() if wrong} == {}


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_nothing_scrolls_sideways(place_factory: PlaceFactory, tmp_path: Path, language: str) -> None:
    """At 320 pixels, with names that are longer than that."""
    place = await place_factory()
    screens = await filled(place)
    ada = await place.visit(await factories.person(place.site, "ada", language=language))
    tab = await ada.tab()
    await tab.set_viewport_size(NARROW)
    widths = {}
    for name, path in screens.items():
        await tab.goto(place.line.url + path)
        await expect(tab.locator("html")).to_have_attribute("lang", language)
        widths[name] = await tab.evaluate("document.documentElement.scrollWidth")
    await _report(tab, place, tmp_path)
    widths["report"] = await tab.evaluate("document.documentElement.scrollWidth")
    assert {name: width for name, width in widths.items() if width > NARROW["width"]} == {}


async def _report(tab: Page, place: Place, folder: Path) -> None:
    """What an import of wrong and right lines would do."""
    file = folder / "table.csv"
    file.write_text(TABLE, encoding="utf-8")
    await tab.goto(f"{place.line.url}/admin/tables")
    await tab.locator("#people-file").set_input_files(file)
    await tab.locator("form[action='/admin/import/people'] button").click()
    await expect(tab.locator(".report li")).to_have_count(4)
