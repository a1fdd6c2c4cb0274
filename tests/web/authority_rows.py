"""What a row of the authority table is made of: who may, what whoever may gets, and what is sent along."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from tests.web.authority import Role, Target

Outcome = Literal["good", "anonymous", "missing", "forbidden", "refused"]
"""`refused`: the rules on who may write to whom do not allow it (422)."""
Profile = Mapping[Role, Outcome]

NOBODY: dict[Role, Outcome] = {"anonymous": "anonymous", "suspended": "anonymous"}
OUTSIDERS: dict[Role, Outcome] = {
    "stranger": "missing",
    "stopped": "missing",
    "removed": "missing",
    "announcer": "missing",
    "admin": "missing",
    "operator": "missing",
}
SIGNED: dict[Role, Outcome] = {
    "stranger": "good",
    "participant": "good",
    "refused": "good",
    "stopped": "good",
    "removed": "good",
    "author": "good",
    "announcer": "good",
    "admin": "good",
    "operator": "good",
}

EVERYBODY: Profile = SIGNED | {"anonymous": "good", "suspended": "good"}
SIGNED_IN: Profile = SIGNED | NOBODY
INSIDE: Profile = OUTSIDERS | NOBODY | {"participant": "good", "refused": "good", "author": "good"}
ADDING: Profile = {**INSIDE, "refused": "refused"}
AUTHOR: Profile = OUTSIDERS | NOBODY | {"participant": "missing", "refused": "missing", "author": "good"}
OPERATING: Profile = {
    **dict.fromkeys(SIGNED, "forbidden"),
    "admin": "good",
    "operator": "good",
    # The tests ask from the machine itself: who shows no token may, and who shows one needs a good one.
    "anonymous": "good",
    "suspended": "anonymous",
}
ADMINS: Profile = {**dict.fromkeys(SIGNED, "forbidden"), **NOBODY, "admin": "good"}
MAY_REMOVE: Profile = (
    OUTSIDERS | NOBODY | {"participant": "forbidden", "refused": "forbidden", "author": "good"}
)


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
        if "/admin/" in self.path:
            return "circle" if "/groups/" in self.path else "account"
        if "/people/" in self.path:
            return "other"
        if "/attachments/" in self.path:
            return "file"
        return "draft" if "/drafts/" in self.path or "/messages/" in self.path else "discussion"


@dataclass(frozen=True)
class Frame:
    """One kind of client frame: what whoever may gets back, who that is, and what is sent."""

    type: str
    good: str
    who: Profile
    fields: Callable[[Target], dict[str, Any]]
