"""One authority: what each role gets from every route and for every socket frame.

A route or frame that is not in the table fails here. What one may not see answers exactly as what does not exist.
"""

import asyncio
import json
from dataclasses import replace
from typing import Any, get_args

import httpx
import pytest
from starlette.routing import Mount, Route, WebSocketRoute
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed
from websockets.typing import Origin, Subprotocol

from realtime.commands import Command
from store.columns import new_id
from tests import factories
from tests.nodes import RunningNode
from tests.waiting import PATIENCE
from tests.web.authority import ROLES, SECRET_DRAFT, SECRETS, Role, Target, World
from tests.web.authority_rows import Frame, Outcome, Row
from tests.web.authority_table import FRAMES, ROWS
from web.routes import routes

VARYING = {"date"}


def test_every_route_is_in_the_table() -> None:
    """No route is served that the table does not know, and none is in the table that is not served."""
    served: set[tuple[str, str]] = set()
    for route in routes:
        if isinstance(route, Route):
            served |= {(method, route.path_format) for method in (route.methods or set()) - {"HEAD"}}
        elif isinstance(route, Mount):
            served.add(("GET", route.path))
        else:
            assert isinstance(route, WebSocketRoute), route
            assert route.path == "/live"
    assert {(row.method, row.path) for row in ROWS} == served


def test_every_frame_is_in_the_table() -> None:
    """Each command of the protocol is in the table of frames."""
    known = {command.__struct_config__.tag for command in get_args(Command)}
    assert {frame.type for frame in FRAMES} == known


@pytest.mark.parametrize("role", ROLES)
async def test_routes(node: RunningNode, role: Role) -> None:
    """This role gets from every route what the table says; others' words and existence stay hidden."""
    world = await World(node.site).populate()
    kept = await world.target()
    await _place(world, role)
    problems: list[str] = []
    async with node.client() as client:
        for row in ROWS:
            await _act_as(client, world, role)
            changes = row.method != "GET" and row.who[role] == "good" and "{id}" in row.path
            target = await world.target() if changes else kept
            answer = await _ask(client, row, target)
            problems += _wrong(row, role, answer)
            if row.who[role] == "missing":
                problems += await _told_apart(client, row, target, answer)
    assert problems == []


@pytest.mark.parametrize("role", ROLES)
async def test_frames(node: RunningNode, role: Role) -> None:
    """This role gets for every frame what the table says, the same for foreign and for missing discussions."""
    world = await World(node.site).populate()
    target = await world.target()
    await _place(world, role)
    problems: list[str] = []
    for frame in FRAMES:
        got = await _exchange(node, world, role, frame, target)
        expected = _expected(frame, frame.who[role])
        if got["summary"] != expected:
            problems.append(f"{frame.type}: {got['summary']}, not {expected}")
        if frame.who[role] == "missing":
            missing = replace(target, discussion=new_id())
            other = await _exchange(node, world, role, frame, missing)
            if got["text"].replace(target.discussion, missing.discussion) != other["text"]:
                problems.append(f"{frame.type}: foreign {got['text']}, missing {other['text']}")
    assert problems == []


async def _place(world: World, role: Role) -> None:
    """Do to the site what makes somebody of this role."""
    if role == "suspended":
        await world.shut_out()
    if role == "refused":
        await world.set_rules()


async def _act_as(client: httpx.AsyncClient, world: World, role: Role) -> None:
    client.cookies.clear()
    token = world.tokens.get(role)
    if token is not None and role != "suspended":
        # A fresh one each time: two routes of the table end the one they are called with.
        token = await factories.token(world.site, world.people[role])
    client.headers.update({"Authorization": f"Bearer {token}"} if token else {})


async def _ask(client: httpx.AsyncClient, row: Row, target: Target) -> httpx.Response:
    names = {"id": getattr(target, row.about), "person": target.other, "box": "progress", "seq": "1"}
    names |= {"what": "people"}
    names |= {"secret": "good-for-nothing"}
    names |= {"from": target.group, "to": target.group}
    path = row.path.format_map(names)
    return await client.request(
        row.method,
        f"{path}?{row.query(target)}" if row.query(target) else path,
        json=row.json(target) if row.json else None,
        data=row.form(target) if row.form else None,
        files=row.files,
        # Compressed answers would differ in length by what the identifiers are.
        headers={"Accept-Encoding": "identity"} | ({"If-Match": '"1"'} if row.method == "PATCH" else {}),
    )


def _wrong(row: Row, role: Role, answer: httpx.Response) -> list[str]:
    """What is not as the table has it."""
    outcome = row.who[role]
    place = f"{row.method} {row.path}"
    problems = []
    status = _status(row, outcome)
    if answer.status_code != status:
        problems.append(f"{place}: {answer.status_code}, not {status} ({outcome})")
    if outcome == "anonymous" and status == 303 and not answer.headers["location"].startswith("/sign-in"):
        problems.append(f"{place}: leads to {answer.headers['location']}")
    allowed = {"author": SECRETS, "participant": SECRETS[:3], "refused": SECRETS[:3]}.get(role, ())
    told = [word for word in SECRETS if word not in allowed and word in answer.text + str(answer.headers)]
    if told:
        problems.append(f"{place}: tells {told}")
    return problems


def _status(row: Row, outcome: Outcome) -> int:
    if outcome == "anonymous":
        return 401 if row.keeps or row.path.startswith(("/api/", "/fragments/", "/metrics")) else 303
    return {"good": row.good, "missing": 404, "forbidden": 403, "refused": 422}[outcome]


async def _told_apart(
    client: httpx.AsyncClient, row: Row, target: Target, answer: httpx.Response
) -> list[str]:
    """Whether something foreign answers differently from something that does not exist."""
    missing = replace(target, **{row.about: new_id()})
    other = await _ask(client, row, missing)
    foreign_id, missing_id = getattr(target, row.about), getattr(missing, row.about)
    same = (
        answer.status_code == other.status_code
        and answer.text.replace(foreign_id, missing_id) == other.text
        and _headers(answer) == _headers(other)
    )
    return [] if same else [f"{row.method} {row.path}: foreign and missing are told apart"]


def _headers(answer: httpx.Response) -> list[tuple[str, str]]:
    return [(name, value) for name, value in answer.headers.items() if name not in VARYING]


def _expected(frame: Frame, outcome: Outcome) -> str:
    if outcome == "missing":
        return "resumed gone" if frame.type == "hello" else "error not_found"
    return frame.good if outcome == "good" else "closed 4401"


async def _exchange(
    node: RunningNode, world: World, role: Role, frame: Frame, target: Target
) -> dict[str, str]:
    """Say hello if need be, send the frame, and sum up its answer: `text` is the whole of it."""
    token = world.tokens.get(role)
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    sent: dict[str, Any] = {"type": frame.type, "id": "asked", **frame.fields(target)}
    async with connect(
        node.live_url,
        subprotocols=[Subprotocol("parley.v1")],
        additional_headers=headers,
        origin=Origin(node.url),
    ) as socket:
        try:
            if frame.type != "hello":
                await socket.send(json.dumps({"type": "hello"}))
                await _next(socket, "welcome")
            if frame.type == "typing":
                # Writing is shown where a discussion is on screen.
                await socket.send(json.dumps({"type": "open", "discussion": target.discussion}))
            await socket.send(json.dumps(sent))
            answer = await _next(socket, "resumed" if frame.type == "hello" else "", asked="asked")
        except ConnectionClosed as closed:
            code = closed.rcvd.code if closed.rcvd else 0
            return {"summary": f"closed {code}", "text": ""}
    assert SECRET_DRAFT not in json.dumps(answer)
    detail = answer.get("how") or answer.get("code") or ""
    return {"summary": f"{answer['type']} {detail}".strip(), "text": json.dumps(answer)}


async def _next(socket: ClientConnection, kind: str, asked: str = "") -> dict[str, Any]:
    """The next frame of this kind, or the one that answers what was asked; pongs answer pings."""
    while True:
        frame: dict[str, Any] = json.loads(await asyncio.wait_for(socket.recv(), PATIENCE))
        if frame["type"] == kind or (asked and (frame.get("id") == asked or frame["type"] == "pong")):
            return frame
