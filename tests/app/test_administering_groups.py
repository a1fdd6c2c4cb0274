"""Administering groups, and taking people, groups and rules out as files."""

import pytest

from app.administration import exporting, groups, log
from app.administration.groups import Deleting
from app.csv_files import read_table
from app.drafts import Address, DraftFields, create
from app.errors import Forbidden, InvalidInput, NotFound
from app.importing import import_people, judge_people
from app.lists import create as create_list
from app.lists import get as get_list
from app.person_fields import COLUMNS, NEEDED
from app.site import Identity, Site
from store.administration.groups import GroupRow
from store.columns import new_id
from store.tables import Rule
from tests import factories


@pytest.fixture
async def admin(site: Site) -> Identity:
    """An admin."""
    return await factories.person(site, "ada", role="admin")


async def rule(site: Site, source: str, goal: str) -> None:
    """Members of one group may write to another."""
    async with site.database.write() as session:
        session.add(Rule(from_group_id=source, to_group_id=goal, reach="both"))


async def test_a_group_is_made_filled_and_called_otherwise(site: Site, admin: Identity) -> None:
    """Its name is unique and can stand in a file; the log tells each deed once."""
    bob, carol = await factories.people(site, "bob", "carol")
    choir = await groups.create(site, admin, "  The  choir ")
    for who in (bob, carol, carol):
        await groups.add_member(site, admin, choir, who.person_id)
    await groups.remove_member(site, admin, choir, bob.person_id)
    await groups.rename(site, admin, choir, "Chœur")
    await groups.rename(site, admin, choir, "Chœur")
    assert await groups.get(site, admin, choir) == GroupRow(choir, "Chœur", 1, 0)
    assert [one.size for one in (await groups.find(site, admin, "choe")).items] == [1]
    for name in ("", " ", "a;b", "x" * 201, "a\nb" + "\0"):
        with pytest.raises(InvalidInput):
            await groups.create(site, admin, name)
    with pytest.raises(InvalidInput, match="already"):
        await groups.create(site, admin, "Chœur")
    other = await groups.create(site, admin, "Other")
    with pytest.raises(InvalidInput, match="already"):
        await groups.rename(site, admin, other, "Chœur")
    told = [(one.action, one.about, one.detail) for one in (await log.read(site, admin)).items]
    assert told[1:6] == [
        ("group_renamed", "Chœur", "The choir"),
        ("member_removed", "Bob", "The choir"),
        ("member_added", "Carol", "The choir"),
        ("member_added", "Bob", "The choir"),
        ("group_created", "The choir", ""),
    ]


async def test_a_deleted_group_takes_its_rules_along_and_says_so_before(site: Site, admin: Identity) -> None:
    """Also that no rule would be left; lists of recipients lose it."""
    bob, carol = await factories.people(site, "bob", "carol")
    choir = await factories.group(site, "Choir", [bob])
    staff = await factories.group(site, "Staff", [carol])
    await rule(site, choir.id, choir.id)
    kept = await create_list(site, bob, "Mine", [choir, staff])
    assert (await groups.deleting(site, admin, choir.id)).opens_all
    await rule(site, staff.id, choir.id)
    await rule(site, staff.id, staff.id)
    meaning = await groups.deleting(site, admin, choir.id)
    assert meaning == Deleting(GroupRow(choir.id, "Choir", 1, 2), opens_all=False, is_addressed=False)
    await groups.delete(site, admin, choir.id)
    assert await groups.get(site, admin, staff.id) == GroupRow(staff.id, "Staff", 1, 1)
    assert [one.name for one in (await get_list(site, bob, kept.id)).members] == ["Staff"]
    with pytest.raises(NotFound):
        await groups.get(site, admin, choir.id)
    assert (await log.read(site, admin)).items[0].detail == "rules=2 members=1"


@pytest.mark.parametrize("sent", [True, False])
async def test_a_group_that_a_message_is_addressed_to_stays(site: Site, admin: Identity, sent: bool) -> None:
    """What was sent never changes, nor does what somebody is writing; the group can be emptied."""
    bob, carol = await factories.people(site, "bob", "carol")
    choir = await factories.group(site, "Choir", [carol])
    if sent:
        await factories.discussion(site, bob, [choir])
    else:
        await create(site, bob, DraftFields(to=[Address("group", choir.id)]))
    assert (await groups.deleting(site, admin, choir.id)).is_addressed
    with pytest.raises(InvalidInput) as error:
        await groups.delete(site, admin, choir.id)
    assert error.value.errors[0].code == "addressed"
    await groups.remove_member(site, admin, choir.id, carol.person_id)
    assert (await groups.get(site, admin, choir.id)).size == 0


async def test_only_admins_and_what_exists(site: Site, admin: Identity) -> None:
    """Others are refused; what is missing is missing."""
    bob = await factories.person(site, "bob")
    choir = await factories.group(site, "Choir", [bob])
    for deed in (
        groups.find(site, bob),
        groups.get(site, bob, choir.id),
        groups.create(site, bob, "x"),
        groups.delete(site, bob, choir.id),
        groups.add_member(site, bob, choir.id, bob.person_id),
        exporting.people(site, bob),
        exporting.groups(site, bob),
    ):
        with pytest.raises(Forbidden):
            await deed
    for missing in (
        groups.get(site, admin, new_id()),
        groups.rename(site, admin, new_id(), "x"),
        groups.delete(site, admin, new_id()),
        groups.add_member(site, admin, choir.id, new_id()),
        groups.remove_member(site, admin, choir.id, admin.person_id),
    ):
        with pytest.raises(NotFound):
            await missing


async def test_people_that_went_out_come_back_unchanged(site: Site, admin: Identity) -> None:
    """Every column but the password, names that look like formulas too; importing it changes nothing."""
    odd = [
        {"login": "=bob", "name": "=1+1;@x", "groups": "-A;'=B;C, D", "email": "+1@example.org"},
        {"login": "'", "name": "\"Quoted\", '=name'", "messaging": "no", "language": "fr"},
        {"login": "carol", "name": "Carol", "role": "operator", "last_seen": "2026-01-02T03:04:05.678901Z"},
    ]
    await import_people(site, odd)
    text = await exporting.people(site, admin)
    assert not any(
        cell.startswith(("=", "+", "-", "@")) for line in text.split("\n") for cell in line.split(",")
    )
    table = read_table(text.encode(), COLUMNS, NEEDED)
    judged = await judge_people(site, table.rows, lines=table.lines)
    assert {one.outcome for one in judged.lines} == {"unchanged"}
    assert len(judged.lines) == 4
    assert judged.report.groups_created == judged.report.memberships_added == 0
    assert "password" not in text.partition("\n")[0]


async def test_groups_go_out_with_their_members(site: Site, admin: Identity) -> None:
    """A line each, and one for a group of nobody."""
    bob, carol = await factories.people(site, "bob", "carol")
    await factories.group(site, "Choir", [carol, bob])
    await groups.create(site, admin, "-Empty")
    table = read_table((await exporting.groups(site, admin)).encode(), exporting.GROUP_COLUMNS, [])
    assert [tuple(row.values()) for row in table.rows] == [
        ("Choir", "bob"),
        ("Choir", "carol"),
        ("-Empty", ""),
    ]
    assert (await log.read(site, admin)).items[0].action == "groups_exported"
