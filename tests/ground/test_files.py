"""What no file of the project may hold."""

import re

from tests.ground.tree import ROOT, project_files

# In pieces, so that this file does not hold what it looks for.
MACHINE_PATH = re.compile(r"/(?:work|root|home|Users|mnt|opt)" + r"/[\w.-]+")
INDEX = re.compile(
    "pypi" + r"\.(?:org|python)|" + "python" + r"hosted|--(?:extra-)?index" + "-url|--find" + "-links"
)
CREDENTIAL = re.compile(r"-----BEGIN [A-Z ]*PRIVATE" + " KEY-----")
WHOLE_FILES = {".png", ".ico", ".woff2", ".mo"}


def test_no_machine_path() -> None:
    """A clone works wherever it lies: no file names a folder of somebody's machine."""
    assert found(MACHINE_PATH) == []


def test_no_index_address() -> None:
    """Where libraries come from is the business of who installs them."""
    assert found(INDEX) == []


def test_no_private_key() -> None:
    """Secrets come from the environment."""
    assert found(CREDENTIAL) == []


def found(pattern: re.Pattern[str]) -> list[str]:
    """`file:line: match` of every place that the pattern matches."""
    places = []
    for path in project_files():
        if path.suffix in WHOLE_FILES:
            continue
        for number, line in enumerate(path.read_text(errors="replace").splitlines(), 1):
            if match := pattern.search(line):
                places.append(f"{path.relative_to(ROOT)}:{number}: {match.group()}")
    return places
