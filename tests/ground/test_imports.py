"""The floors of the house: what may import what, and that a breach would be noticed."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.ground.tree import FLOORS, ROOT

BREACHES = {
    "the store asks a use case": ("store/columns.py", "import app.errors"),
    "a use case asks the live door": ("app/errors.py", "import realtime.bus"),
    "the live door asks the pages": ("realtime/bus.py", "import web.errors"),
    "a rule reads a table": ("app/rules/audience.py", "import store.tables"),
    "a rule speaks SQL": ("app/rules/participation.py", "import sqlalchemy"),
    "a use case speaks HTTP": ("app/errors.py", "import starlette.responses"),
    "the protocol asks Redis": ("realtime/protocol.py", "import redis"),
}


def test_contracts_are_kept() -> None:
    """Every floor imports only floors below it, rules are pure, the protocol does no I/O."""
    assert_kept(lint_imports(ROOT))


@pytest.mark.parametrize("breach", BREACHES)
def test_breach_is_noticed(breach: str, tmp_path: Path) -> None:
    """One forbidden import is enough to break a contract."""
    for floor in FLOORS:
        shutil.copytree(ROOT / floor, tmp_path / floor, ignore=shutil.ignore_patterns("*.pyc", "static"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    assert_kept(lint_imports(tmp_path))

    file, line = BREACHES[breach]
    with (tmp_path / file).open("a") as module:
        module.write(f"\n{line}\n")
    checked = lint_imports(tmp_path)
    assert checked.returncode != 0, f"not noticed: {breach}"
    assert "BROKEN" in checked.stdout


def lint_imports(folder: Path) -> subprocess.CompletedProcess[str]:
    """What import-linter says about the packages in `folder`."""
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-logo", "--no-cache"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def assert_kept(checked: subprocess.CompletedProcess[str]) -> None:
    """No contract is broken."""
    assert checked.returncode == 0, checked.stdout + checked.stderr
