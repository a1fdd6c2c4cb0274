"""The authority table: who may do what, over every route and every socket frame.

A row gives the answer to whoever may; the profile says who that is, and what everybody else gets.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.web.authority import Role, Target

Outcome = Literal["good", "anonymous", "missing", "forbidden"]
Profile = Mapping[Role, Outcome]

NOBODY: dict[Role, Outcome] = {"anonymous": "anonymous", "suspended": "anonymous"}
OUTSIDERS: dict[Role, Outcome] = {
    "stranger": "missing",
    "stopped": "missing",
    "removed": "missing",
    "admin": "missing",
    "operator": "missing",
}
SIGNED: dict[Role, Outcome] = {
    "stranger": "good",
    "participant": "good",
    "stopped": "good",
    "removed": "good",
    "author": "good",
    "admin": "good",
    "operator": "good",
}

EVERYBODY: Profile = SIGNED | {"anonymous": "good", "suspended": "good"}
SIGNED_IN: Profile = SIGNED | NOBODY
INSIDE: Profile = OUTSIDERS | NOBODY | {"participant": "good", "author": "good"}
AUTHOR: Profile = OUTSIDERS | NOBODY | {"participant": "missing", "author": "good"}
OPERATING: Profile = {
    **dict.fromkeys(SIGNED, "forbidden"),
    "admin": "good",
    "operator": "good",
    # The tests ask from the machine itself: who shows no token may, and who shows one needs a good one.
    "anonymous": "good",
    "suspended": "anonymous",
}
MAY_REMOVE: Profile = OUTSIDERS | NOBODY | {"participant": "forbidden", "author": "good"}


@dataclass(frozen=True)
class Row:
    """One route: the status for whoever may, who that is, and what is sent along."""

    method: str
    path: str
    good: int
    who: Profile
    json: Callable[[Target], Any] | None = None
    form: Callable[[Target], Any] | None = None
    files: Mapping[str, tuple[str, bytes]] | None = None
    query: Callable[[Target], str] = field(default=lambda target: "")
    keeps: bool = False
    """Whether whoever is not signed in gets back what she has typed, and not the way to sign in."""

    @property
    def about(self) -> str:
        """What the `id` in the path names."""
        if "/folders/" in self.path:
            return "folder"
        if "/lists/" in self.path:
            return "list"
        if "/attachments/" in self.path:
            return "file"
        return "draft" if "/drafts/" in self.path or "/messages/" in self.path else "discussion"


def saved_draft(target: Target) -> dict[str, str]:
    """The form of a draft."""
    return {"subject": "Other", "body": "y", "version": "1", "action": "save"}


def mine(target: Target) -> dict[str, str]:
    """The form of a new message."""
    return {"subject": "Mine", "body": "x", "action": "save"}


def adding(target: Target) -> dict[str, str]:
    """The form that adds a participant or recipient."""
    return {"add": f"person:{target.stranger}", "share_history": "yes", "action": "add"}


ROWS = [
    # The API.
    Row("POST", "/api/session", 401, EVERYBODY, lambda t: {"login": "nobody", "password": "wrong"}),
    Row("GET", "/api/session", 200, SIGNED_IN),
    Row("DELETE", "/api/session", 204, SIGNED_IN),
    Row("GET", "/api/recipients", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("GET", "/api/lists", 200, SIGNED_IN),
    Row("POST", "/api/lists", 201, SIGNED_IN, lambda t: {"name": t.draft}),
    Row("GET", "/api/lists/{id}", 200, AUTHOR),
    Row("PATCH", "/api/lists/{id}", 200, AUTHOR, lambda t: {"members": [{"person": t.other}]}),
    Row("DELETE", "/api/lists/{id}", 204, AUTHOR),
    Row("GET", "/api/signature", 200, SIGNED_IN),
    Row("PUT", "/api/signature", 200, SIGNED_IN, lambda t: {"signature": "Me"}),
    Row("GET", "/api/people", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("POST", "/api/messages", 201, SIGNED_IN, lambda t: {"subject": "Mine"}),
    Row("GET", "/api/messages", 200, SIGNED_IN),
    Row("GET", "/api/messages/{id}", 200, AUTHOR),
    Row("PATCH", "/api/messages/{id}", 200, AUTHOR, lambda t: {"subject": "Other"}),
    Row("DELETE", "/api/messages/{id}", 204, AUTHOR),
    Row("POST", "/api/messages/{id}/send", 200, AUTHOR),
    Row("DELETE", "/api/messages/{id}/send", 200, AUTHOR),
    Row("GET", "/api/discussions", 200, SIGNED_IN, query=lambda t: "box=progress"),
    Row("GET", "/api/discussions/{id}", 200, INSIDE),
    Row("GET", "/api/discussions/{id}/entries", 200, INSIDE),
    Row("GET", "/api/discussions/{id}/download", 200, INSIDE, query=lambda t: "as=json"),
    Row(
        "POST",
        "/api/discussions/{id}/replies",
        201,
        INSIDE,
        lambda t: {"client_id": t.discussion, "body": "x"},
    ),
    Row(
        "POST", "/api/discussions/{id}/participants", 200, INSIDE, lambda t: {"add": [{"person": t.stranger}]}
    ),
    Row("DELETE", "/api/discussions/{id}/participants/{person}", 204, MAY_REMOVE),
    Row("POST", "/api/discussions/{id}/forward", 201, INSIDE),
    Row("POST", "/api/discussions/{id}/stop", 204, INSIDE),
    Row("PUT", "/api/discussions/{id}/read", 204, INSIDE, lambda t: {"seq": 1}),
    Row("PUT", "/api/discussions/{id}/unread", 204, INSIDE, lambda t: {"seq": 1}),
    Row("PUT", "/api/discussions/{id}/mute", 204, INSIDE, lambda t: {"muted": True}),
    Row("PUT", "/api/discussions/{id}/folder", 204, INSIDE, lambda t: {"folder": None}),
    Row("PUT", "/api/discussions/{id}/trash", 204, INSIDE, lambda t: {"trashed": True}),
    Row("DELETE", "/api/discussions/{id}", 204, INSIDE),
    # Whoever is not in a discussion is told that it is missing, whether it exists or not.
    Row("POST", "/api/discussions/bulk", 200, SIGNED_IN, lambda t: {"ids": [t.draft], "action": "read"}),
    Row("POST", "/api/attachments", 201, SIGNED_IN, files={"file": ("a.txt", b"a")}),
    Row("GET", "/api/attachments/{id}", 200, INSIDE),
    # What an entry carries is nobody's to delete.
    Row("DELETE", "/api/attachments/{id}", 403, INSIDE),
    Row("GET", "/api/attachments/{id}/preview", 200, INSIDE),
    Row("GET", "/api/folders", 200, SIGNED_IN),
    Row("POST", "/api/folders", 201, SIGNED_IN, lambda t: {"name": t.discussion}),
    Row("PATCH", "/api/folders/{id}", 200, AUTHOR, lambda t: {"parent": None}),
    Row("DELETE", "/api/folders/{id}", 200, AUTHOR),
    Row("GET", "/api/search", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("GET", "/api/unread", 200, SIGNED_IN),
    Row("GET", "/api/openapi.json", 200, EVERYBODY),
    Row("GET", "/healthz", 200, EVERYBODY),
    Row("GET", "/readyz", 200, EVERYBODY),
    Row("GET", "/metrics", 200, OPERATING),
    # The pages.
    Row("GET", "/", 200, SIGNED_IN),
    Row("GET", "/sign-in", 200, EVERYBODY),
    Row("POST", "/sign-in", 401, EVERYBODY, form=lambda t: {"login": "nobody", "password": "wrong"}),
    Row("POST", "/sign-out", 303, SIGNED_IN),
    Row("POST", "/language", 303, EVERYBODY, form=lambda t: {"language": "fr"}),
    Row("POST", "/theme", 303, EVERYBODY, form=lambda t: {"theme": "dark"}),
    Row("POST", "/sending-key", 303, EVERYBODY, form=lambda t: {"sending_key": "enter"}),
    Row("POST", "/shortcuts", 303, EVERYBODY, form=lambda t: {"shortcuts": "off"}),
    Row("POST", "/nudge", 303, EVERYBODY),
    Row("GET", "/lists", 200, SIGNED_IN),
    Row("POST", "/lists", 303, SIGNED_IN, form=lambda t: {"name": t.discussion}),
    Row("GET", "/lists/{id}", 200, AUTHOR),
    Row("POST", "/lists/{id}", 303, AUTHOR, form=lambda t: {"name": t.draft, "action": "save"}),
    Row("GET", "/signature", 200, SIGNED_IN),
    Row("POST", "/signature", 303, SIGNED_IN, form=lambda t: {"signature": "Me"}),
    Row("GET", "/unread", 303, SIGNED_IN),
    Row("GET", "/search", 200, SIGNED_IN, query=lambda t: "q=a"),
    Row("GET", "/boxes/{box}", 200, SIGNED_IN),
    # Nothing is done to what one is not in, and nothing is said of it.
    Row("POST", "/boxes/{box}", 200, SIGNED_IN, form=lambda t: {"ids": t.draft, "action": "read"}),
    Row("GET", "/folders", 200, SIGNED_IN),
    Row("POST", "/folders", 303, SIGNED_IN, form=lambda t: {"name": t.draft}),
    Row("GET", "/folders/{id}", 200, AUTHOR),
    Row("POST", "/folders/{id}", 303, AUTHOR, form=lambda t: {"name": t.draft, "parent": ""}),
    Row("GET", "/folders/{id}/delete", 200, AUTHOR),
    Row("POST", "/folders/{id}/delete", 303, AUTHOR),
    Row("GET", "/new", 200, SIGNED_IN, query=lambda t: f"to=person:{t.stranger}"),
    Row("POST", "/new", 303, SIGNED_IN, form=mine, keeps=True),
    Row("GET", "/drafts/{id}", 200, AUTHOR),
    Row("POST", "/drafts/{id}", 303, AUTHOR, form=saved_draft, keeps=True),
    Row("POST", "/drafts/{id}/undo", 303, AUTHOR),
    Row("POST", "/drafts/{id}/leaving", 303, AUTHOR, form=lambda t: {"action": "now"}),
    Row("GET", "/drafts/{id}/participants", 200, AUTHOR),
    Row("POST", "/drafts/{id}/participants", 303, AUTHOR, form=adding),
    Row("GET", "/discussions/{id}", 200, INSIDE),
    Row(
        "POST",
        "/discussions/{id}/replies",
        303,
        INSIDE,
        form=lambda t: {"client_id": t.discussion, "body": "x"},
    ),
    Row("POST", "/discussions/{id}/forward", 303, INSIDE),
    Row("POST", "/discussions/{id}/read", 303, INSIDE, form=lambda t: {"seq": "1"}),
    Row("POST", "/discussions/{id}/participants", 303, INSIDE, form=adding),
    Row("GET", "/discussions/{id}/participants/{person}/remove", 200, MAY_REMOVE),
    Row("POST", "/discussions/{id}/participants/{person}/remove", 303, MAY_REMOVE),
    Row("POST", "/discussions/{id}/unread", 303, INSIDE, form=lambda t: {"seq": "1"}),
    Row("POST", "/discussions/{id}/mute", 303, INSIDE, form=lambda t: {"muted": "yes"}),
    Row("GET", "/discussions/{id}/entries/{seq}", 200, INSIDE),
    Row("GET", "/discussions/{id}/print", 200, INSIDE),
    Row("GET", "/discussions/{id}/download", 200, INSIDE, query=lambda t: "as=text"),
    Row("GET", "/discussions/{id}/stop", 200, INSIDE),
    Row("POST", "/discussions/{id}/stop", 303, INSIDE),
    Row(
        "GET", "/fragments/rows", 200, SIGNED_IN, query=lambda t: f"box=progress&ids={t.discussion},{t.draft}"
    ),
    Row("GET", "/fragments/senders", 200, SIGNED_IN, query=lambda t: "box=inbox&q=a"),
    Row("GET", "/fragments/home", 200, SIGNED_IN),
    Row("GET", "/fragments/boxes", 200, SIGNED_IN, query=lambda t: "box=inbox"),
    Row("GET", "/fragments/waiting", 200, SIGNED_IN),
    Row("GET", "/fragments/own-view/{id}", 200, INSIDE),
    Row("GET", "/fragments/participants/{id}", 200, INSIDE),
    Row("POST", "/fragments/drafts/{id}", 204, AUTHOR, form=saved_draft),
    Row("POST", "/fragments/preview", 200, SIGNED_IN, form=lambda t: {"body": "*x*"}),
    Row("GET", "/static", 404, EVERYBODY),
]


@dataclass(frozen=True)
class Frame:
    """One kind of client frame: what whoever may gets back, who that is, and what is sent."""

    type: str
    good: str
    who: Profile
    fields: Callable[[Target], dict[str, Any]]


FRAMES = [
    Frame("hello", "resumed complete", INSIDE, lambda t: {"resume": {t.discussion: 1}}),
    Frame(
        "post", "ack", INSIDE, lambda t: {"discussion": t.discussion, "client_id": t.discussion, "body": "x"}
    ),
    Frame("read", "done", INSIDE, lambda t: {"discussion": t.discussion, "seq": 1}),
    Frame("unread", "done", INSIDE, lambda t: {"discussion": t.discussion, "seq": 1}),
    Frame("open", "done", INSIDE, lambda t: {"discussion": t.discussion}),
    Frame("typing", "done", INSIDE, lambda t: {"discussion": t.discussion, "on": True}),
    # Closing what is not open does nothing, whatever it is.
    Frame("close", "done", SIGNED_IN, lambda t: {"discussion": t.discussion}),
    Frame("ping", "pong", SIGNED_IN, lambda t: {"n": 1}),
]
