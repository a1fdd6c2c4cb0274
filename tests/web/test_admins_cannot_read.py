"""Admins and operators cannot read: nothing that they can fetch holds a word that others have written to each other.

Every route is asked, as admin and as operator, about what exists: pages, the API, files that go out, metrics, errors.
What the node logs meanwhile is looked through, too.
"""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import structlog
from websockets.asyncio.client import connect
from websockets.typing import Origin, Subprotocol

from app import lists
from app.site import Site
from tests import factories
from tests.nodes import RunningNode
from tests.waiting import wait_for
from tests.web.authority import SECRETS, Target, World
from tests.web.authority_rows import Row
from tests.web.authority_table import ROWS
from web.logs import configure_logs
from web.pages.administration import entry

MARKED = (*SECRETS, "Wolpertinger")
"""With a word that only a list of recipients is called by."""
QUERIES = (
    "",
    "q={word}",
    "person={word}&action=people_imported",
    "q=a&sender={word}",
    "box=progress&ids={id}",
)


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What is logged, as in a server; the process's own logging is put back afterwards."""
    root = logging.getLogger()
    before = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream)
    yield stream
    root.handlers[:], root.level = before
    structlog.reset_defaults()


@pytest.mark.parametrize("role", ["admin", "operator"])
async def test_nothing_that_can_be_fetched_holds_a_marked_word(
    node: RunningNode, role: str, logged: io.StringIO
) -> None:
    """Subjects, bodies, drafts, names of files, folders and lists: no answer and no line of the log tells them."""
    world = await World(node.site).populate()
    target = await _written(node.site, world)
    told: list[str] = []
    answered = 0
    async with node.client() as client:
        for row in ROWS:
            for query in QUERIES if row.method == "GET" else ("",):
                answer = await _ask(client, world, role, row, target, query)
                answered += answer.status_code < 300
                whole = answer.text + str(answer.headers)
                told += [f"{row.method} {row.path}?{query}: {word}" for word in _found(whole)]
    assert told == []
    # A walk that was refused everywhere would prove nothing.
    assert answered > (150 if role == "admin" else 50)
    assert _found(logged.getvalue()) == []


@pytest.mark.parametrize("role", ["admin", "operator"])
async def test_the_live_stream_tells_them_nothing(node: RunningNode, role: str) -> None:
    """Whatever they ask to follow, open or watch: the frames hold none of the words."""
    world = await World(node.site).populate()
    target = await _written(node.site, world)
    heard: list[str] = []
    async with connect(
        node.live_url,
        subprotocols=[Subprotocol("parley.v1")],
        additional_headers={"Authorization": f"Bearer {world.tokens[role]}"},
        origin=Origin(node.url),
    ) as socket:
        asked: list[dict[str, Any]] = [
            {"type": "hello", "resume": {target.discussion: 0}},
            {"type": "open", "discussion": target.discussion, "id": "a"},
            {"type": "watch", "people": [target.other], "id": "b"},
            {"type": "typing", "discussion": target.discussion, "on": True, "id": "c"},
            {"type": "read", "discussion": target.discussion, "seq": 1, "id": "d"},
            {"type": "ping", "n": 1},
        ]
        for frame in asked:
            await socket.send(json.dumps(frame))
        while not heard or json.loads(heard[-1])["type"] != "pong":
            heard.append(str(await socket.recv()))
    assert _found("".join(heard)) == []


async def test_a_mistake_of_ours_tells_nothing(
    node: RunningNode, logged: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An error in the middle of a request, with the words in it: neither the page nor the log repeats them."""

    async def failing(*args: object, **context: object) -> None:
        raise RuntimeError(f"INSERT … {SECRETS}")

    monkeypatch.setattr(entry, "render", failing)
    ada = await factories.person(node.site, "ada", role="admin")
    async with node.client(token=await factories.token(node.site, ada)) as client:
        answer = await client.get("/admin")
    assert answer.status_code == 500
    await wait_for(lambda: "request_failed" in logged.getvalue(), "the mistake is logged")
    assert not any(word in answer.text + logged.getvalue() for word in SECRETS)


async def _written(site: Site, world: World) -> Target:
    """What the author has written, and a list of hers with a word that nothing else has."""
    await lists.create(site, world.people["author"], "Wolpertinger")
    return await world.target()


async def _ask(
    client: httpx.AsyncClient, world: World, role: str, row: Row, target: Target, query: str
) -> httpx.Response:
    # A fresh token each time: some routes end the one they are called with.
    token = await factories.token(world.site, world.people[role])
    names = {"id": getattr(target, row.about), "person": target.other, "box": "progress", "seq": "1"}
    names |= {"what": "people", "secret": "none", "from": target.group, "to": target.group}
    # First letters: what she types herself may stand in the answer, what it finds may not.
    asked = query.format(word=MARKED[0][:5], id=target.discussion) or row.query(target)
    return await client.request(
        row.method,
        f"{row.path.format_map(names)}?{asked}",
        json=row.json(target) if row.json else None,
        data=row.form(target) if row.form else None,
        files=row.files,
        headers={"Authorization": f"Bearer {token}", "If-Match": '"1"'},
    )


def _found(text: str) -> list[str]:
    return [word for word in MARKED if word in text]
