"""The project's files, as the tests of the ground look at them."""

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
FLOORS = ("app", "realtime", "store", "web")


def project_files() -> list[Path]:
    """Every file that belongs to the project: what git knows of, or would take."""
    command = [
        "git",
        "-c",
        "safe.directory=*",
        "ls-files",
        "--cached",
        "--others",
        "--exclude-standard",
        "-z",
    ]
    names = subprocess.run(command, cwd=ROOT, capture_output=True, check=True).stdout.decode()
    return sorted(ROOT / name for name in names.split("\0") if name and (ROOT / name).is_file())
