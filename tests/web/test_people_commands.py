"""The commands that create and export people."""

from pathlib import Path

from tests.web.test_cli import Run, parley

__all__ = ["parley"]


def test_somebody_is_created_and_everybody_exported(parley: Run, tmp_path: Path) -> None:
    """What is written to a file is what standard output gets, and can be imported again."""
    made = parley("people", "create", "ann", "Ann Lee", "--role", "admin", "--email", "a@example.org")
    assert made.stdout == "ann is created.\n"
    assert parley("people", "create", "=x", "X").returncode == 0
    shown = parley("people", "export").stdout
    assert shown.splitlines() == [
        "login,name,email,role,groups,language,messaging,last_seen",
        "'=x,X,,member,,en,yes,",
        "ann,Ann Lee,a@example.org,admin,,en,yes,",
    ]
    assert parley("people", "export", "all.csv").stdout == ""
    again = parley("people", "import", "--dry-run", "all.csv")
    assert again.stdout.splitlines()[:2] == ["line 2: =x: stays as it is", "line 3: ann: stays as it is"]
    assert (tmp_path / "all.csv").read_bytes().decode() == shown


def test_what_cannot_be_is_a_sentence(parley: Run) -> None:
    """A wrong role, a login that is taken, a folder that is not there, and the last admin."""
    assert "role: 'boss' is none of" in parley("people", "create", "ann", "Ann", "--role", "boss").stderr
    assert parley("people", "create", "ann", "Ann", "--role", "admin").returncode == 0
    assert "login: Somebody has this login" in parley("people", "create", "ann", "Ann").stderr
    assert "cannot be written" in parley("people", "export", "nowhere/all.csv").stderr
    last = parley("people", "suspend", "ann")
    assert (last.returncode, "Nobody would be left" in last.stderr) == (1, True)
