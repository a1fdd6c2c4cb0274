"""Whatever is sent to whichever route: a refusal, never a mistake of ours; on both kinds of database."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from store.columns import new_id
from tests import factories
from tests.conftest import NodeFactory
from tests.web.authority_rows import Row
from tests.web.authority_table import ROWS

IDS = ["%00", "0" * 500, "%C3%A9", "%27%20OR%201=1"]
TEXTS: list[Any] = ["", "\0", "a\0b", "\ud800", "x" * 20_001, "' OR 1=1 -- %s{0}$1", "\N{GRINNING FACE}"]
OTHERS: list[Any] = [None, True, -1, 2**31, 2**63, 2**70, 1e308, [], {}, [None], [{}]]
FORM_TEXTS = ("a%00b", "%FF", "x" * 300, "person:%00", "9" * 20)
ACTIONS = ("save", "send", "add", "search")
FIELDS = [
    "login", "password", "subject", "body", "to", "cc", "kind", "reply_policy", "attachments", "appointment",
    "client_id", "reply_to", "add", "share_history", "seq", "state", "next", "language", "theme", "action",
    "version", "draft", "remove", "add_search", "to_search", "cc_search", "name", "parent", "folder", "muted",
    "trashed", "ids", "all", "changed", "cursor", "hold", "at", "send_at", "urgent", "separately", "signature",
    "members", "members_search", "everything", "writer", "sending_key", "shortcuts", "email", "role", "time_zone",
    "group", "from", "reach", "out", "messaging",
]  # fmt: skip
NAMES = [
    "q", "cursor", "limit", "after", "before", "at", "box", "ids", "to", "next", "reply_to", "state", "from",
    "unread", "attachment", "sender", "folder", "since", "until", "parent", "waiting", "as", "hold",
    "group", "role", "person", "action", "view", "done", "dry_run", "judged",
]  # fmt: skip
QUERIES = [
    "&".join(f"{name}={odd}" for name in NAMES) for odd in ("%00", "%FF", "-1", "9" * 30, "person:%00")
]
QUERIES += [f"{name}=%00" for name in ("q", "cursor", "box", "ids", "to", "sender", "folder")] + [
    f"{name}={'9' * 12}" for name in ("limit", "after", "before", "at")
]
# Search reads nothing where one of its fields is wrong: the ends of the calendar, and what is no folder of hers.
QUERIES += [
    f"q=a&{odd}" for odd in ("since=9999-12-31", "until=9999-12-31", "since=0001-01-01", "folder=nowhere")
]


@pytest.mark.parametrize(
    ("method", "of"),
    [
        *((method, "api") for method in ("GET", "POST", "PUT", "PATCH", "DELETE")),
        ("GET", "pages"),
        ("POST", "pages"),
    ],
)
async def test_no_route_breaks(node_factory: NodeFactory, database_url: str, method: str, of: str) -> None:
    """Odd identifiers, queries, bodies and forms are answered below 500 by every route."""
    node = await node_factory(database_url, rate_limits="off")
    site = node.site
    # An admin: everybody else is refused at the door of much of it.
    alice, bob = await factories.people(site, "alice", "bob", role="admin")
    room = await factories.discussion(site, alice, [bob])
    broken: list[str] = []
    async with node.client(token=await factories.token(site, alice)) as client:
        for row in (row for row in ROWS if row.method == method and _is_of(row, of)):
            for path, content, media_type in _oddities(row, room):
                headers = {"Content-Type": media_type, "If-Match": '"1"'}
                answer = await client.request(method, path, content=content, headers=headers)
                if answer.status_code >= 500:
                    broken.append(f"{answer.status_code} {method} {path} {content[:60]!r}")
    assert broken == []


ENDING = ("/api/session", "/sign-out", "/sign-in")
"""Routes that end the session, or hash passwords; the latter have a test of their own."""


@pytest.mark.parametrize("login", ["\0", "a\0b", "x" * 5000, "\N{GRINNING FACE}", "%", "_"])
async def test_odd_logins(node_factory: NodeFactory, database_url: str, login: str) -> None:
    """Signing in with an odd login is refused, by the API and by the page."""
    node = await node_factory(database_url)
    await factories.person(node.site, "alice")
    async with node.client() as client:
        by_api = await client.post("/api/session", json={"login": login, "password": "x"})
        assert by_api.status_code in (401, 422)
        by_page = await client.post("/sign-in", data={"login": login, "password": "x"})
        assert by_page.status_code == 401


def _is_of(row: Row, of: str) -> bool:
    return row.path.startswith("/api/") == (of == "api") and row.path not in ENDING


def _oddities(row: Row, room: str) -> Iterator[tuple[str, bytes, str]]:
    """Paths and bodies for one route, each with one odd thing in it."""
    usual = {"id": room, "person": new_id(), "box": "inbox", "seq": "1", "what": "people"}
    usual |= {"from": new_id(), "to": new_id(), "secret": "none"}
    plain = row.path.format_map(usual)
    for name in usual:
        if f"{{{name}}}" in row.path:
            for odd in IDS:
                yield row.path.format_map(usual | {name: odd}), b"{}", "application/json"
    if row.method == "GET":
        for query in QUERIES:
            yield f"{plain}?{query}", b"", "text/plain"
    elif row.path.startswith("/api/"):
        for value in TEXTS + OTHERS:
            # One field at a time where the others would be refused first.
            yield plain, json.dumps(_filled(row, value)).encode(), "application/json"
    else:
        # Each text with one action, and each action with one text.
        for text, action in {(text, ACTIONS[0]) for text in FORM_TEXTS} | {
            (FORM_TEXTS[0], one) for one in ACTIONS
        }:
            form = "&".join(f"{name}={text}" for name in FIELDS if name != "action")
            yield plain, f"{form}&action={action}".encode(), "application/x-www-form-urlencoded"


def _filled(row: Row, value: Any) -> dict[str, Any]:
    good: dict[str, Any] = {"client_id": new_id(), "body": "x", "share_history": True}
    # One long text is enough: all of them together would be refused as too large before anything reads them.
    fields = dict.fromkeys(FIELDS, value[:1000] if isinstance(value, str) else value)
    return (
        fields if value in ([], {}) else {**fields, **(good if isinstance(value, str) else {}), "body": value}
    )
