"""The lock files: whole, hashed, in agreement with pyproject.toml, and without an address of an index."""

import re
import tomllib
from typing import Any

import pytest
from packaging.requirements import Requirement

from tests.ground.tree import ROOT

PIN = re.compile(
    r"^(?P<name>[A-Za-z0-9._-]+)==(?P<version>[^\s;\\]+)(?P<rest>(?:.*\\\n)(?:    --hash=.*\n?)+)",
    re.MULTILINE,
)
HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")
RUNTIME, TESTS = "requirements.lock", "requirements-test.lock"


@pytest.mark.parametrize("lock", [RUNTIME, TESTS])
def test_every_pin_has_hashes(lock: str) -> None:
    """What is downloaded is what was locked, byte for byte."""
    text = (ROOT / lock).read_text()
    names = re.findall(r"^([A-Za-z0-9._-]+)", text, re.M)
    assert names
    assert [match["name"] for match in PIN.finditer(text)] == names
    assert all(HASH.search(match["rest"]) for match in PIN.finditer(text))


@pytest.mark.parametrize("lock", [RUNTIME, TESTS])
def test_lock_names_no_index(lock: str) -> None:
    """Where libraries come from is the business of who installs them."""
    text = (ROOT / lock).read_text()
    assert "://" not in text
    assert not re.search(r"^\s*-{1,2}(i|f|index|extra|find|trusted)", text, re.M)


@pytest.mark.parametrize("lock", [RUNTIME, TESTS])
def test_lock_satisfies_pyproject(lock: str) -> None:
    """Everything that pyproject.toml asks for is pinned, in a version that it accepts."""
    pins = pinned(lock)
    wanted = dependencies(tests=lock == TESTS)
    missing = [one.name for one in wanted if one.name.lower() not in pins]
    refused = [str(one) for one in wanted if not one.specifier.contains(pins.get(one.name.lower(), "0"))]
    assert (missing, refused) == ([], [])


def test_tests_run_what_is_served() -> None:
    """Both locks pin the same version of what both hold, and the one for tests holds all of the other."""
    tests = pinned(TESTS)
    assert {name: tests.get(name) for name in pinned(RUNTIME)} == pinned(RUNTIME)


def pinned(lock: str) -> dict[str, str]:
    """Name → version of a lock file."""
    return {match["name"].lower(): match["version"] for match in PIN.finditer((ROOT / lock).read_text())}


def dependencies(*, tests: bool) -> list[Requirement]:
    """What pyproject.toml asks for, also for building the package."""
    project: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text())
    names = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    if tests:
        names += project["project"]["optional-dependencies"]["test"]
    return [Requirement(name) for name in names]
