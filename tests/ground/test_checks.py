"""Style and types are checked everywhere, by tools that nobody switched off on the way."""

import re
import tomllib
from typing import Any

from tests.ground.tree import FLOORS, ROOT, project_files

SWITCHED_OFF = re.compile(r"#\s*(?:mypy:|ruff: *noqa|flake8:|type: *ignore(?!\[)|noqa(?!: *[A-Z]))")


def test_types_are_checked_everywhere() -> None:
    """mypy is strict, over every floor and the tests."""
    mypy = config()["mypy"]
    assert mypy["strict"] is True
    assert {*FLOORS, "tests"} <= set(mypy["packages"])


def test_warnings_are_failures() -> None:
    """A warning that nobody looks at is an error that comes later."""
    assert config()["pytest"]["ini_options"]["filterwarnings"][0] == "error"


def test_exceptions_to_a_check_name_it() -> None:
    """Every `noqa` and `type: ignore` says which rule it excepts; no file is left out as a whole."""
    places = [
        f"{path.relative_to(ROOT)}:{number}"
        for path in project_files()
        if path.suffix == ".py"
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if SWITCHED_OFF.search(line)
    ]
    assert places == []


def config() -> dict[str, Any]:
    """The tools' part of pyproject.toml."""
    tools: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]
    return tools
