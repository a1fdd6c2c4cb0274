"""docs/administration.md tells what there is: its commands, columns, addresses, and the example of its rules."""

import re

from app.csv_files import read_table
from app.person_fields import COLUMNS, NEEDED, wrong_in
from app.rulebook import COLUMNS as RULE_COLUMNS
from app.rules.audience import REACHES
from tests.ground.test_readme import command_names
from tests.ground.tree import ROOT
from web.pages.administration import administration_routes
from web.routes import routes

GUIDE = (ROOT / "docs" / "administration.md").read_text()
FILES = re.findall(r"```csv\n(.*?)```", GUIDE, re.DOTALL)


def test_its_commands_exist() -> None:
    """Each `parley …` that it names is one, with the options it has."""
    named = set(re.findall(r"parley ((?:people|rules|tokens) [a-z-]+|[a-z]+)", GUIDE))
    assert named - set(command_names()) == set()
    assert "people import" in named


def test_its_columns_are_those_of_the_import() -> None:
    """All of them, in their order, and no other."""
    told = re.findall(r"^\| `([a-z_]+)` \|", GUIDE, re.MULTILINE)
    assert [name for name in told if name != "reach"] == [*COLUMNS, *REACHES]


def test_its_files_can_be_imported() -> None:
    """The people have nothing wrong in them, and the rules name groups that the people are in."""
    people, rules = FILES
    rows = read_table(people.encode(), COLUMNS, NEEDED).rows
    assert [wrong for row in rows for wrong in wrong_in(row)] == []
    groups = {name for row in rows for name in row["groups"].split(";")}
    table = read_table(rules.encode(), RULE_COLUMNS, RULE_COLUMNS)
    assert {row[side] for row in table.rows for side in ("from", "to")} <= groups
    assert {row["reach"] for row in table.rows} <= set(REACHES)


def test_its_matrix_says_what_its_rules_say() -> None:
    """Cell by cell."""
    rules = {
        (row["from"], row["to"]): row["reach"]
        for row in read_table(FILES[1].encode(), RULE_COLUMNS, RULE_COLUMNS).rows
    }
    head, _, *lines = re.findall(
        r"^\| (?:may write|\*\*|---).*$|^\|---.*$", GUIDE[GUIDE.index("may write ↓") - 3 :], re.MULTILINE
    )
    columns = [cell.strip() for cell in head.strip("|").split("|")][1:]
    shown: dict[tuple[str, str], str] = {}
    for line in lines:
        name, *cells = [cell.strip(" *") for cell in line.strip("|").split("|")]
        shown |= {
            (name, column): cell for column, cell in zip(columns, cells, strict=True) if cell != "nothing"
        }
    assert shown == rules


def test_its_addresses_are_served() -> None:
    """Pages and calls that it names."""
    served = {getattr(route, "path", "") for route in [*routes, *administration_routes]}
    named = set(re.findall(r"`(/(?:api/)?admin[^`]*)`", GUIDE)) - {"/api/admin"}
    assert named <= {re.sub(r"\{person\}", "{id}", path) for path in served}
