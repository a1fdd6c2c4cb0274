"""People, groups and rules as CSV files. What goes out can be imported again; passwords never go out."""

from app.administration.acting import changing
from app.auditing import note
from app.csv_files import write_table
from app.person_fields import COLUMNS
from app.site import Identity, Site
from store.administration import groups as groups_stored
from store.administration import people as accounts
from store.administration.people import AccountRow
from store.rule_changes import all_rules

PEOPLE_COLUMNS = tuple(name for name in COLUMNS if name != "password")
GROUP_COLUMNS = ("group", "login")
RULE_COLUMNS = ("from", "to", "reach")


async def people(site: Site, who: Identity | None) -> str:
    """Everybody, as `app.importing` reads it. Raises `Forbidden`."""
    async with changing(site, who) as session:
        rows = await accounts.every(session)
        groups = await accounts.groups_by_person(session)
        note(site, session, who, "people_exported", detail=f"people={len(rows)}")
    return write_table(PEOPLE_COLUMNS, (_line(row, groups.get(row.id, [])) for row in rows))


async def groups(site: Site, who: Identity | None) -> str:
    """Every membership on a line, and a line without a login for each empty group. Raises `Forbidden`."""
    async with changing(site, who) as session:
        names = await groups_stored.names(session)
        logins = {row.id: row.login for row in await accounts.every(session)}
        members = await groups_stored.memberships(session)
        note(site, session, who, "groups_exported", detail=f"groups={len(names)}")
    inside: dict[str, list[str]] = {}
    for group_id, person_id in members:
        if person_id in logins:
            inside.setdefault(group_id, []).append(logins[person_id])
    lines = [(name, login) for group_id, name in names for login in sorted(inside.get(group_id, [""]))]
    return write_table(GROUP_COLUMNS, lines)


async def rules(site: Site, who: Identity | None) -> str:
    """Every rule, as `app.rulebook` reads it. Raises `Forbidden`."""
    async with changing(site, who) as session:
        rows = await all_rules(session)
        note(site, session, who, "rules_exported", detail=f"rules={len(rows)}")
    return write_table(RULE_COLUMNS, [(source, goal, reach) for _, source, _, goal, reach in rows])


def _line(row: AccountRow, groups: list[tuple[str, str]]) -> list[str]:
    cells = {
        "login": row.login,
        "name": row.name,
        "email": row.email or "",
        "role": row.role,
        "groups": ";".join(name for _, name in groups),
        "language": row.language,
        "messaging": "yes" if row.messaging else "no",
        "last_seen": row.last_seen_at.isoformat() if row.last_seen_at else "",
    }
    return [cells[column] for column in PEOPLE_COLUMNS]
