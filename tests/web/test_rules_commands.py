"""The command that imports rules."""

from pathlib import Path

from tests.web.test_cli import Run, parley

__all__ = ["parley"]

PEOPLE = "login,name,groups\nlea,Léa,6A\ntom,Tom,Staff\n"


def test_rules_are_replaced_by_those_of_a_file(parley: Run, tmp_path: Path) -> None:
    """It prints counts; a dry run changes nothing; without any rule it says what that means."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    (tmp_path / "rules.csv").write_text("from,to,reach\n6A,Staff,group\n\nStaff,6A,both\n")
    assert parley("people", "import", "people.csv").returncode == 0
    tried = parley("rules", "import", "--dry-run", "rules.csv").stdout
    assert tried == "2 rules would be: 2 added, 0 changed, 0 removed.\n"
    for said in ("2 rules: 2 added, 0 changed, 0 removed.\n", "2 rules: 0 added, 0 changed, 0 removed.\n"):
        assert parley("rules", "import", "rules.csv").stdout == said
    (tmp_path / "none.csv").write_text("from,to,reach\n")
    said = parley("rules", "import", "none.csv").stdout
    assert said.splitlines() == [
        "0 rules: 0 added, 0 changed, 2 removed.",
        "Without any rule everybody may write to everybody.",
    ]


def test_a_bad_line_is_named_and_nothing_is_changed(parley: Run, tmp_path: Path) -> None:
    """With its number in the file and its column; a file without the columns is refused as a whole."""
    (tmp_path / "people.csv").write_text(PEOPLE)
    parley("people", "import", "people.csv")
    (tmp_path / "rules.csv").write_text("from,to,reach\n6A,Staff,group\n\n6B,Staff,all\n")
    done = parley("rules", "import", "rules.csv")
    assert done.returncode == 1
    assert done.stderr.splitlines() == [
        "parley: line 4, from: There is no group '6B'.",
        "parley: line 4, reach: The reach is members, group or both.",
        "parley: nothing was changed.",
    ]
    (tmp_path / "rules.csv").write_text("from,reach\n6A,group\n")
    assert "There is no column to" in parley("rules", "import", "rules.csv").stderr
