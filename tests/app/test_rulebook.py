"""Keeping the rules: one by one and from a table, by admins alone, each change written down."""

import pytest
from sqlalchemy import select
from sqlmodel import col

from app.errors import Forbidden, InvalidInput, NotFound
from app.rulebook import RulesReport, delete_rule, import_rules, list_rules, set_rule
from app.site import Identity, Site
from store.tables import Audit
from tests import factories


@pytest.fixture
async def admin(site: Site) -> Identity:
    """Who keeps the rules."""
    return await factories.person(site, "admin", role="admin")


@pytest.fixture
async def groups(site: Site, people: list[Identity]) -> dict[str, str]:
    """Three groups, by name."""
    made = zip(("6A", "Staff", "Choir"), people, strict=False)
    return {name: (await factories.group(site, name, [member])).id for name, member in made}


def row(source: str, goal: str, reach: str) -> dict[str, str]:
    """A row of a table."""
    return {"from": source, "to": goal, "reach": reach}


async def shown(site: Site) -> list[tuple[str, str, str]]:
    """All rules by names."""
    return [(one.from_name, one.to_name, one.reach) for one in await list_rules(site, None)]


async def told(site: Site) -> list[tuple[str, str, str]]:
    """What the audit log says of rules."""
    async with site.database.read() as session:
        lines = await session.scalars(select(Audit).order_by(col(Audit.id)))
        return [(one.action, one.about, one.detail) for one in lines if "rule" in one.action]


async def test_a_rule_is_set_and_set_otherwise_and_deleted(
    site: Site, admin: Identity, groups: dict[str, str]
) -> None:
    """There is one at most from a group to a group; what changed is written down, what did not is not."""
    for reach in ("members", "both", "both"):
        await set_rule(site, admin, groups["6A"], groups["Staff"], reach)
    await set_rule(site, admin, groups["6A"], groups["6A"], "members")
    assert await shown(site) == [("6A", "6A", "members"), ("6A", "Staff", "both")]
    await delete_rule(site, admin, groups["6A"], groups["Staff"])
    with pytest.raises(NotFound):
        await delete_rule(site, admin, groups["6A"], groups["Staff"])
    assert await shown(site) == [("6A", "6A", "members")]
    assert await told(site) == [
        ("rule_set", "6A → Staff", "reach=members"),
        ("rule_set", "6A → Staff", "reach=members→both"),
        ("rule_set", "6A → 6A", "reach=members"),
        ("rule_deleted", "6A → Staff", "reach=both"),
    ]


async def test_only_admins_keep_them(site: Site, people: list[Identity], groups: dict[str, str]) -> None:
    """Nobody else sees, sets, deletes or imports rules."""
    alice, one = people[0], groups["6A"]
    for deed in (
        list_rules(site, alice),
        set_rule(site, alice, one, one, "both"),
        delete_rule(site, alice, one, one),
        import_rules(site, [], who=alice),
        import_rules(site, [], who=alice, dry_run=True),
    ):
        with pytest.raises(Forbidden):
            await deed
    assert await shown(site) == []


async def test_what_cannot_be_a_rule(site: Site, admin: Identity, groups: dict[str, str]) -> None:
    """Unknown groups and another reach are refused, each by its field."""
    with pytest.raises(InvalidInput) as refusal:
        await set_rule(site, admin, "0" * 32, "1" * 32, "both")
    assert [(one.field, one.code) for one in refusal.value.errors] == [("from", "unknown"), ("to", "unknown")]
    with pytest.raises(InvalidInput) as refusal:
        await set_rule(site, admin, groups["6A"], groups["6A"], "all")
    assert refusal.value.errors[0].field == "reach"


async def test_a_table_takes_the_place_of_all_rules(
    site: Site, admin: Identity, groups: dict[str, str]
) -> None:
    """What is not in it is gone; a dry run tells the same and changes nothing."""
    table = [row("6A", "Staff", "members"), row("6A", "6A", "both")]
    assert await import_rules(site, table, who=admin) == RulesReport(rules=2, added=2, changed=0, removed=0)
    other = [row(" 6A ", "Staff", "group"), row("Staff", "Choir", "both"), row("Staff", "6A", "both")]
    foretold = await import_rules(site, other, who=admin, dry_run=True)
    assert await shown(site) == [("6A", "6A", "both"), ("6A", "Staff", "members")]
    assert foretold == RulesReport(rules=3, added=2, changed=1, removed=1)
    assert await import_rules(site, other, who=admin) == foretold
    assert await shown(site) == [
        ("6A", "Staff", "group"),
        ("Staff", "6A", "both"),
        ("Staff", "Choir", "both"),
    ]
    assert (await told(site))[-1] == ("rules_imported", "", "rules=3 added=2 changed=1 removed=1")


async def test_a_wrong_line_is_named_and_nothing_is_changed(site: Site, groups: dict[str, str]) -> None:
    """Each with its line and its column."""
    await import_rules(site, [row("6A", "Staff", "both")])
    table = [
        row("6A", "Staff", "both"),
        row("6A", "Staff", "members"),
        row("6B", "", "all"),
        {**row("6A", "6A", "both"), "": "more"},
        {"from": "6A"},
    ]
    with pytest.raises(InvalidInput) as refusal:
        await import_rules(site, table, lines=[2, 3, 5, 6, 7])
    assert [(one.field, one.code) for one in refusal.value.errors] == [
        ("line 3, to", "repeated"),
        ("line 5, from", "unknown"),
        ("line 5, to", "missing"),
        ("line 5, reach", "unknown"),
        ("line 6, reach", "too_many"),
        ("line 7, to", "missing"),
        ("line 7, reach", "unknown"),
    ]
    assert await shown(site) == [("6A", "Staff", "both")]


async def test_only_the_first_errors_are_told_unless_it_is_a_dry_run(
    site: Site, groups: dict[str, str]
) -> None:
    """Who only tries it out wants all of them."""
    table = [row("6A", "6A", "wrong")] * 50
    for dry_run, number in ((False, 20), (True, 50)):
        with pytest.raises(InvalidInput) as refusal:
            await import_rules(site, table, dry_run=dry_run)
        assert len(refusal.value.errors) == number
