"""A dry run of an import: every line is judged as the import would, and nothing is stored."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.errors import FieldError, Forbidden, InvalidInput
from app.importing import Judgement, LineReport, import_people, judge_people
from app.people import suspend
from app.site import Site
from store.tables import Audit, Group, Person
from tests import factories

ANN = {"login": "ann", "name": "Ann Lee", "email": "ann@example.org", "role": "member", "groups": "Choir"}


async def everybody(site: Site) -> list[str]:
    """The logins that are stored."""
    async with site.database.read() as session:
        return sorted(await session.scalars(select(col(Person.login))))


async def test_every_line_has_its_fate_and_nothing_is_stored(site: Site) -> None:
    """Created, updated with which columns, unchanged, or wrong and why; in the order of the file."""
    await import_people(site, [ANN, {"login": "bob", "name": "Bob"}])
    rows = [
        {**ANN, "name": "Ann Maria", "email": "", "groups": "Choir;Staff", "password": "a new one"},
        {"login": "carol", "name": "Carol", "role": "boss", "email": "x@@"},
        {"login": "dora", "name": "Dora", "groups": "Staff"},
        {"login": "bob", "name": "Bob", "role": "member", "messaging": "yes"},
        {"login": "dora", "name": "Dora again"},
    ]
    judged = await judge_people(site, rows, lines=[2, 4, 5, 6, 9])
    assert judged.lines == [
        LineReport(2, "ann", "updated", ["name", "password", "groups"]),
        LineReport(
            4,
            "carol",
            "wrong",
            errors=[
                FieldError("role", "unknown", "'boss' is none of member, announcer, operator, admin."),
                FieldError("email", "invalid", "'x@@' is not an e-mail address."),
            ],
        ),
        LineReport(5, "dora", "created"),
        LineReport(6, "bob", "unchanged"),
        LineReport(
            9, "dora", "wrong", errors=[FieldError("login", "repeated", "'dora' stands on two lines.")]
        ),
    ]
    assert not judged.is_good
    assert await everybody(site) == ["ann", "bob"]
    async with site.database.read() as session:
        assert (await session.scalars(select(col(Group.name)))).all() == ["Choir"]


async def test_more_wrong_lines_than_an_import_would_name_are_all_named(site: Site) -> None:
    """A dry run goes on to the end."""
    judged = await judge_people(site, [{"login": "", "name": "x"}] * 60)
    assert [one.line for one in judged.lines] == list(range(2, 62))


async def test_what_was_judged_is_what_is_imported(site: Site) -> None:
    """The import does what the dry run told, and says so in the audit log."""
    admin = await factories.person(site, "admin", role="admin")
    judged = await judge_people(site, [ANN], who=admin)
    report = await import_people(site, [ANN], who=admin, judged=judged.fingerprint)
    assert report == judged.report
    async with site.database.read() as session:
        [line] = await session.scalars(select(Audit).where(col(Audit.actor_id) == admin.person_id))
    assert (line.action, line.detail) == (
        "people_imported",
        "people_created=1 people_updated=0 groups_created=1 memberships_added=1",
    )


async def test_what_would_be_another_judgement_by_now_is_not_imported(site: Site) -> None:
    """Somebody came meanwhile: nothing is stored, and one is told to look again."""
    judged: Judgement = await judge_people(site, [ANN])
    await factories.person(site, "ann", name="Another Ann")
    with pytest.raises(InvalidInput) as error:
        await import_people(site, [ANN], judged=judged.fingerprint)
    assert error.value.errors[0].code == "changed"
    assert (await judge_people(site, [ANN])).lines[0].columns == ["name", "email", "groups"]


async def test_the_last_active_admin_stays_one(site: Site) -> None:
    """Neither a dry run nor an import lets a file take everybody's last admin away; another one beside her may."""
    await factories.person(site, "ada", role="admin")
    await factories.person(site, "eve", role="admin")
    await suspend(site, "eve")
    demoted = {"login": "ada", "name": "Ada", "role": "member"}
    judged = await judge_people(site, [demoted, ANN])
    assert [(one.login, one.outcome) for one in judged.lines] == [("ada", "wrong"), ("ann", "created")]
    with pytest.raises(InvalidInput, match="Nobody would be left"):
        await import_people(site, [demoted, {"login": "eve", "name": "Eve", "role": "admin"}])
    assert (await import_people(site, [demoted, {**ANN, "role": "admin"}])).people_created == 1


async def test_only_admins_and_the_command_line_import(site: Site) -> None:
    """Others are refused before anything is looked at, also who was an admin a moment ago."""
    bob = await factories.person(site, "bob")
    for deed in (judge_people, import_people):
        with pytest.raises(Forbidden):
            await deed(site, [ANN], who=bob)
    ada = await factories.person(site, "ada", role="admin")
    await factories.person(site, "eve", role="admin")
    await factories.person(site, "ada", role="member")
    with pytest.raises(Forbidden):
        await import_people(site, [ANN], who=ada)


async def test_new_people_live_where_the_site_does(site: Site) -> None:
    """Their time zone is the site's own setting, and who is there already keeps hers."""
    settings = site.settings.model_copy(update={"time_zone": "America/Lima"})
    there = Site(settings, site.database, site.announce, site.throttle)
    assert (await factories.person(there, "ann")).time_zone == "America/Lima"
    await import_people(site, [ANN])
    assert (await factories.person(site, "ann")).time_zone == "America/Lima"
