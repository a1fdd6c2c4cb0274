"""The README says what there is: every setting, every command, files that exist."""

import re

import pytest
from honcho.environ import parse_procfile
from typer.main import get_command

from app.settings import Settings
from tests.ground.tree import ROOT

README = (ROOT / "README.md").read_text()


@pytest.mark.parametrize("field", Settings.model_fields)
def test_setting_is_in_the_table(field: str) -> None:
    """Whoever sets up a site finds each setting with its default."""
    alias = Settings.model_fields[field].validation_alias
    name = alias if isinstance(alias, str) else f"PARLEY_{field.upper()}"
    assert re.search(rf"^\| `{name}` \| [^|]+ \| [^|]+ \|$", README, re.MULTILINE), f"{name} has no row"


def test_every_row_is_a_setting() -> None:
    """The table has no setting that is not there any more."""
    rows = re.findall(r"^\| `([A-Z_]+)` \|", README, re.MULTILINE)
    fields = Settings.model_fields.items()
    assert sorted(rows) == sorted(
        str(field.validation_alias or f"PARLEY_{name.upper()}") for name, field in fields
    )


def test_every_command_is_in_the_table() -> None:
    """`parley --help` has nothing that the README has not."""
    missing = [name for name in command_names() if not re.search(rf"\| .*`parley {name}\b", README)]
    assert missing == []


def test_every_target_is_in_the_table() -> None:
    """`make help` has nothing that the README has not."""
    targets = re.findall(r"^([a-z]+):.*##", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert "run" in targets
    assert [name for name in targets if f"`make {name}`" not in README and name != "help"] == []


def test_links_lead_somewhere() -> None:
    """Every file that the README and the pages of docs/ point to exists."""
    pages = [ROOT / "README.md", *(ROOT / "docs").glob("*.md")]
    links = [
        (page, link) for page in pages for link in re.findall(r"\]\((?!https?:|#)([^)#]+)", page.read_text())
    ]
    broken = [f"{page.name}: {link}" for page, link in links if not (page.parent / link).exists()]
    assert broken == []


def test_procfile_has_the_usual_processes() -> None:
    """honcho reads it: web, worker and release."""
    processes = parse_procfile((ROOT / "Procfile").read_text()).processes
    assert processes == {"web": "parley serve", "worker": "parley worker", "release": "parley migrate"}


def command_names() -> list[str]:
    """All commands that the package installs, those of a group with the group's name before."""
    from web.cli import parley

    names = []
    for name, command in get_command(parley).commands.items():  # type: ignore[attr-defined]
        below = getattr(command, "commands", None)
        names += [f"{name} {inner}" for inner in below] if below else [name]
    return names
