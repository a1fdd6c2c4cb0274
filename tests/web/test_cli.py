"""The command line: results on standard output, a sentence on standard error, never a traceback."""

import io
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from store.columns import new_id
from tests.conftest import SECRET
from tests.servers import PostgresServer
from web.cli import main

ROOT = Path(__file__).parents[2]


class Done(NamedTuple):
    """What a command said and its exit status."""

    returncode: int
    stdout: str
    stderr: str


Run = Callable[..., Done]


@pytest.fixture
def parley(
    tmp_path: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Run:
    """Runs a command in an empty folder: `parley("people", "import", "x.csv", PARLEY_PORT="0")`."""
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str, stdin: str = "", **environment: str) -> Done:
        with monkeypatch.context() as changed:
            for name, value in {"PARLEY_DATABASE_URL": sqlite_url, **environment}.items():
                changed.setenv(name, value)
            changed.setattr(sys, "argv", ["parley", *arguments])
            changed.setattr(sys, "stdin", io.StringIO(stdin))
            with pytest.raises(SystemExit) as ended:
                main()
        return Done(int(ended.value.code or 0), *capsys.readouterr())

    return run


@pytest.fixture
def importing(tmp_path: Path, parley: Run) -> Callable[[str], Done]:
    """Imports a file with this text."""

    def run(text: str) -> Done:
        (tmp_path / "people.csv").write_text(text, encoding="utf-8")
        return parley("people", "import", "people.csv")

    return run


@pytest.mark.parametrize(
    ("arguments", "environment", "said"),
    [
        (["serve"], {"WEB_CONCURRENCY": "2"}, "PARLEY_REDIS_URL"),
        (["serve"], {"PARLEY_PORT": "eight"}, "PARLEY_PORT"),
        (["serve"], {"PARLEY_QUIET_HOURS": "Mon-Fri at night"}, "is not of the form 'Mon-Fri 20:00-07:00'"),
        (["serve"], {"PARLEY_QUIET_HOURS": "00:00-24:00"}, "no minute of the week"),
        (["serve"], {"PARLEY_TIME_ZONE": "Europe/Atlantis"}, "PARLEY_TIME_ZONE"),
        (["serve"], {"PARLEY_DATABASE_URL": "mysql://x"}, "PARLEY_DATABASE_URL"),
        (["serve"], {"PARLEY_HOST": "0.0.0.0"}, "PARLEY_SECRET"),  # noqa: S104
        (["migrate"], {"PARLEY_DATABASE_URL": "sqlite+aiosqlite:////proc/none/parley.db"}, "/proc/none"),
        (["people", "import", "missing.csv"], {}, "missing.csv"),
        (["people", "suspend", "zoe"], {}, "zoe"),
        (["rules", "import", "missing.csv"], {}, "missing.csv"),
        (["tokens", "create", "zoe"], {}, "zoe"),
    ],
)
def test_foreseeable_errors_are_a_sentence(
    parley: Run, arguments: list[str], environment: dict[str, str], said: str
) -> None:
    """The status is not zero, the sentence names what is wrong, and nothing stands on standard output."""
    done = parley(*arguments, **environment)
    assert done.returncode in (1, 2)
    assert done.stdout == ""
    assert said in done.stderr


def test_a_real_process_fails_without_a_traceback(tmp_path: Path) -> None:
    """As a shell sees it: `python -m web`, a status and one line."""
    done = subprocess.run(
        [sys.executable, "-m", "web", "serve"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT), "WEB_CONCURRENCY": "2"},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("parley: WEB_CONCURRENCY=2 needs PARLEY_REDIS_URL")


def test_a_wrong_password_of_the_database_is_not_repeated(parley: Run, postgres: PostgresServer) -> None:
    """An address in a message has no password in it."""
    url = postgres.url.replace("parley@", "nobody:top-secret@")
    done = parley("migrate", PARLEY_DATABASE_URL=url, PARLEY_SECRET=SECRET)
    assert done.returncode == 1
    assert "top-secret" not in done.stderr


def test_an_unmigrated_postgresql_is_not_served(parley: Run, postgres: PostgresServer) -> None:
    """It says so and stops; after `parley migrate`, which may run twice, it goes on."""
    name = f"test_{new_id()}"
    settings = {"PARLEY_DATABASE_URL": postgres.create_database(name), "PARLEY_SECRET": SECRET}
    try:
        done = parley("serve", **settings)
        assert done.returncode == 1
        assert "parley migrate" in done.stderr
        for _ in range(2):
            assert parley("migrate", **settings).returncode == 0
        assert parley("tokens", "create", "zoe", **settings).returncode == 1
    finally:
        postgres.drop_database(name)


def test_people_come_and_go(parley: Run, importing: Callable[[str], Done]) -> None:
    """Import, import again, tokens from arguments and standard input, suspend and resume."""
    columns = "login,name,email,role,groups,language,password"
    text = f"\ufeff{columns}\nann,Ann Lee,a@e.org,member,Choir;Staff,fr,\n\nbob,Bob,,,Choir,,\n"
    assert importing(text).stdout == "2 people created, 0 updated, 2 groups created, 3 memberships added.\n"
    assert importing(text).stdout == "0 people created, 2 updated, 0 groups created, 0 memberships added.\n"
    lines = parley("tokens", "create", "bob", "-", stdin="ann\n\nbob\n").stdout.splitlines()
    assert [line.split("\t")[0] for line in lines] == ["bob", "ann", "bob"]
    assert len({line.split("\t")[1] for line in lines}) == 3
    assert parley("people", "suspend", "ann").stdout == "ann is suspended.\n"
    assert parley("people", "resume", "ann").stdout == "ann may sign in again.\n"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("login,name,role\nann,Ann,\n\nbob,Bob,boss\n", "line 4, role"),
        ("login,name\nann,Ann\nann,Ann\n", "line 3, login"),
        ("login,name\nann,Ann,too,many\n", "line 2"),
        ("login,nom\nann,Ann\n", "name"),
        ("login,name,colour\nann,Ann,red\n", "colour"),
        ('login,name\nann,"Ann\n', "CSV"),
        ("", "login"),
    ],
)
def test_a_wrong_file_changes_nothing_and_names_the_line(
    parley: Run,
    importing: Callable[[str], Done],
    text: str,
    said: str,
) -> None:
    """All or nothing."""
    done = importing(text)
    assert done.returncode == 1
    assert said in done.stderr
    assert parley("tokens", "create", "ann").returncode == 1


def test_a_dry_run_tells_every_line_and_changes_nothing(parley: Run, tmp_path: Path) -> None:
    """The status says whether the file could be imported."""
    file = tmp_path / "people.csv"
    file.write_text("login,name,role\nann,Ann,\nbob,Bob,boss\n", encoding="utf-8")
    wrong = parley("people", "import", "--dry-run", "people.csv")
    assert wrong.returncode == 1
    assert "1 of 2 lines are wrong" in wrong.stderr
    assert wrong.stdout.splitlines() == [
        "line 2: ann: will be created",
        "line 3: bob: wrong: role: 'boss' is none of member, announcer, operator, admin.",
    ]
    file.write_text("login,name,role\nann,Ann,\n", encoding="utf-8")
    right = parley("people", "import", "people.csv", "--dry-run")
    assert right.returncode == 0
    assert right.stdout.splitlines()[-1].startswith("1 people would be created, 0 updated,")
    assert parley("tokens", "create", "ann").returncode == 1


def test_the_demo_site_wants_an_empty_database(parley: Run) -> None:
    """The first time it names accounts and password, the second time it refuses."""
    first = parley("demo")
    assert first.returncode == 0
    assert "alice" in first.stdout
    assert "parley-demo" in first.stdout
    second = parley("demo")
    assert second.returncode == 1
    assert "already has people" in second.stderr
