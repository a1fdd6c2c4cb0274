"""The command line lets people in: links, and the setup code of a server that starts with nobody."""

import re
from collections.abc import Callable

import httpx
import pytest

from tests.conftest import ProcessFactory
from tests.waiting import PATIENCE
from tests.web.test_cli import Done, Run, importing, parley

__all__ = ["importing", "parley"]

NEW = {"password": "a password of one's own", "again": "a password of one's own"}
FIRST = {"login": "root", "name": "Root", "language": "en", **NEW}
ELSEWHERE = {"X-Forwarded-For": "203.0.113.7"}


@pytest.mark.parametrize("command", ["invite", "reset"])
def test_a_link_is_printed(parley: Run, importing: Callable[[str], Done], command: str) -> None:
    """One line with the address that people know the site by; until when it is good is said beside it."""
    importing("login,name\nann,Ann\n")
    done = parley("people", command, "ann", PARLEY_ALLOWED_ORIGINS="https://parley.example.org")
    assert re.fullmatch(r"https://parley\.example\.org/welcome/[\w-]{43}\n", done.stdout)
    assert "It is good once, until" in done.stderr
    done = parley("people", command, "zoe")
    assert (done.returncode, done.stdout) == (1, "")
    assert "zoe" in done.stderr


async def test_a_server_with_nobody_prints_its_code_and_no_secret_after_it(
    process_factory: ProcessFactory, sqlite_url: str
) -> None:
    """From elsewhere the code opens the first start; what a link, a password or a cookie holds is in no log."""
    server = await process_factory(sqlite_url, WEB_CONCURRENCY="1")
    found = re.search(r"setup code ([A-Z2-7-]{19})", server.output())
    assert found, server.output()
    assert server.output().count("Parley is ready") == 1
    async with httpx.AsyncClient(
        base_url=server.url, headers={"Origin": server.url}, timeout=PATIENCE
    ) as client:
        refused = await client.post("/first-start", data=FIRST, headers=ELSEWHERE)
        assert refused.status_code == 422
        code = found.group(1)
        made = await client.post("/first-start", data=FIRST | {"code": code}, headers=ELSEWHERE)
        assert made.status_code == 303
        cookie = client.cookies["parley"]
        await client.get("/welcome/this-is-a-secret", follow_redirects=True)
        await client.post("/welcome", data=NEW)
        await client.get("/sign-in/provider/callback?code=this-is-a-secret&state=this-is-a-secret")
    await server.stop()
    for secret in (cookie, NEW["password"], "this-is-a-secret", "203.0.113.7"):
        assert secret not in server.output()
    await server.start()
    assert "setup code" not in server.output()
