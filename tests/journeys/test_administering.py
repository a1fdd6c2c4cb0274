"""An admin sets up a school: from a table of people to rules, and the question whom a pupil may write to."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.journeys.conftest import PlaceFactory
from tests.journeys.test_access import violations

pytestmark = pytest.mark.asyncio(loop_scope="session")

PEOPLE = """login,name,role,groups
lea,Léa Martin,,6A
noe,Noé Bernard,{role},6A
paul,Paul Martin,,Parents 6A
ines,Inès Petit,announcer,Teachers
"""


async def test_an_admin_sets_up_a_school_from_a_table(place_factory: PlaceFactory, tmp_path: Path) -> None:
    """A wrong line is shown, mended and imported; rules are set in the matrix; a pupil's audience follows from them."""
    place = await place_factory()
    ada = await place.visit(await place.person("Ada", role="admin"))
    tab = await ada.tab()
    await tab.locator(".menu summary").click()
    await tab.get_by_role("link", name="Administration").click()
    await tab.get_by_role("link", name="Import and export").first.click()

    file = tmp_path / "people.csv"
    file.write_text(PEOPLE.format(role="pupil"), encoding="utf-8")
    await tab.get_by_label("CSV file of people").set_input_files(file)
    await tab.locator("form[action='/admin/import/people'] button").click()
    await expect(tab.get_by_role("alert")).to_contain_text("1 line is wrong")
    lines = tab.locator(".report li")
    await expect(lines).to_have_count(4)
    await expect(lines.nth(1)).to_contain_text("Line 3")
    await expect(lines.nth(1)).to_contain_text("role: The role is member")
    await expect(tab.get_by_role("button", name="Import")).to_have_count(0)
    assert await violations(tab) == []

    file.write_text(PEOPLE.format(role=""), encoding="utf-8")
    await tab.get_by_role("link", name="Choose another file").click()
    await tab.get_by_label("CSV file of people").set_input_files(file)
    await tab.locator("form[action='/admin/import/people'] button").click()
    await expect(tab.locator(".report [data-outcome='created']")).to_have_count(4)
    await tab.get_by_role("button", name="Will be created").click()
    await expect(tab.locator(".report li")).to_have_count(4)
    await tab.get_by_role("button", name="Import", exact=True).click()
    await expect(tab.get_by_role("status")).to_contain_text("4 people were created.")

    await tab.get_by_role("link", name="Rules").first.click()
    await expect(tab.get_by_text("There is none now.")).to_be_visible()
    for source, goal in (("6A", "Teachers"), ("Teachers", "6A")):
        await tab.get_by_label("Members of this group may write").fill(source)
        await tab.get_by_label("To this group").fill(goal)
        await tab.get_by_role("button", name="Add the rule").click()
        await expect(tab.get_by_role("combobox", name=f"{source} may write to {goal}")).to_have_value(
            "members"
        )
    await tab.get_by_role("combobox", name="6A may write to 6A").select_option("members")
    await tab.get_by_role("combobox", name="Teachers may write to 6A").select_option("both")
    await tab.get_by_role("button", name="Save the rules").click()
    await expect(tab.get_by_text("They hold at once.")).to_be_visible()
    await expect(tab.get_by_role("combobox", name="6A may write to 6A")).to_have_value("members")

    await tab.get_by_role("link", name="People").nth(1).click()
    await tab.get_by_label("First letters of a name or login").fill("lea")
    await tab.get_by_role("button", name="Search").last.click()
    await tab.get_by_role("link", name="Léa Martin").click()
    await tab.get_by_role("link", name="Whom may this person write to?").click()
    permitted = tab.get_by_role("list", name="May be written to").locator("li")
    await expect(permitted).to_have_count(2)
    await expect(permitted.nth(0)).to_contain_text("Members of 6A may write to members of Teachers.")
    await expect(permitted.nth(1)).to_contain_text("Members of 6A may write to members of 6A.")
    await tab.get_by_label("First letters of a person or a group").fill("paul")
    await tab.get_by_role("button", name="Search").last.click()
    await expect(tab.get_by_text("Refused: no rule opens Paul Martin to Léa Martin.")).to_be_visible()


async def test_members_are_found_and_put_in_by_their_first_letters(place_factory: PlaceFactory) -> None:
    """The field lists whoever there is, whomever the admin herself may write to; she is put in and taken out."""
    place = await place_factory()
    ada = await place.visit(await place.person("Ada", role="admin"))
    bob = await place.person("Bob")
    other = await place.group("Other", [bob])
    tab = await ada.tab("/admin/rules")
    await tab.get_by_label("Members of this group may write").fill(f"Other {place.surname}")
    await tab.get_by_label("To this group").fill(f"Other {place.surname}")
    await tab.get_by_role("button", name="Add the rule").click()
    await tab.goto(f"{place.line.url}/admin/groups/{other.id}")
    await tab.locator("#members-search").press_sequentially("ada")
    await tab.get_by_role("option").first.click()
    await expect(tab.locator(".chip")).to_have_count(1)
    assert await violations(tab) == []
    await tab.get_by_role("button", name="Put in").click()
    await expect(tab.locator(".admin-list li")).to_have_count(2)
    await tab.get_by_role("button", name="Take out Bob").click()
    await expect(tab.locator(".admin-list li")).to_have_count(1)
