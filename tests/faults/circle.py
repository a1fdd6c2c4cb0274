"""Coming and going while things break: people are removed, added and stop, and what each may then see.

The deeds go through the HTTP API of whichever node the dice choose; their outcomes are kept as replies' are.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

import httpx

from app.site import Identity
from tests.faults.stored import StoredEntry

DEED_SECONDS = 5.0
"""Seconds after which a deed counts as one whose outcome is unknown."""

Doing = Literal["remove", "add", "stop"]
DOINGS: Sequence[Doing] = ("remove", "add", "add", "stop")


@dataclass
class Deed:
    """One change of a circle. `outcome`: `ok`, `refused` or (no answer) `unknown`."""

    doing: Doing
    discussion: str
    person: str
    asked_at: float = field(default_factory=time.monotonic)
    ended_at: float | None = None
    outcome: Literal["ok", "refused", "unknown"] = "unknown"


@dataclass(frozen=True)
class Stay:
    """Entries that a person may see (`last` None: to the end), from the moment at which she was asked in."""

    first: int
    last: int | None
    asked_at: float
    let_in_by: int
    """The number of the entry that let her in: 1 for who was written to."""

    def holds(self, seq: int, at: float) -> bool:
        """Whether she may have got this entry at that moment."""
        return self.first <= seq and (self.last is None or seq <= self.last) and at >= self.asked_at


@dataclass
class Circle:
    """The people of a discussion. `wanderers` come and go by its author's hand and their own.

    `with_history` says of each of them whether she is always added with the history or always without.
    """

    discussion: str
    author: Identity
    first: Sequence[Identity]
    wanderers: Sequence[Identity]
    with_history: Mapping[str, bool]
    tokens: Mapping[str, str]
    urls: Callable[[], Sequence[str]]
    deeds: list[Deed] = field(default_factory=list)

    async def turn(self, dice: Random) -> Deed:
        """Let one of the wanderers come or go. Turns of one circle are taken one after the other."""
        return await self.do(dice.choice(DOINGS), dice.choice(self.wanderers), dice)

    async def do(self, doing: Doing, who: Identity, dice: Random) -> Deed:
        """Let `who` come or go by way of some node."""
        deed = Deed(doing, self.discussion, who.person_id)
        self.deeds.append(deed)
        base = dice.choice(self.urls() or ["http://127.0.0.1:9"])
        actor = who if doing == "stop" else self.author
        headers = {"Authorization": f"Bearer {self.tokens[actor.login]}"}
        try:
            async with httpx.AsyncClient(base_url=base, headers=headers, timeout=DEED_SECONDS) as client:
                answer = await self._ask(client, doing, who)
        except httpx.HTTPError:
            return deed
        deed.ended_at = time.monotonic()
        # A server error may come after the commit; only the API's own "no" is one.
        if answer.status_code < 500:
            deed.outcome = "ok" if answer.is_success else "refused"
        return deed

    async def _ask(self, client: httpx.AsyncClient, doing: Doing, who: Identity) -> httpx.Response:
        people = f"/api/discussions/{self.discussion}/participants"
        match doing:
            case "remove":
                return await client.delete(f"{people}/{who.person_id}")
            case "stop":
                return await client.post(f"/api/discussions/{self.discussion}/stop")
            case "add":
                share = self.with_history[who.login]
                wanted = {"add": [{"person": who.person_id}], "share_history": share}
                return await client.post(people, json=wanted)

    def is_in(self, person: Identity, log: Sequence[StoredEntry]) -> bool:
        """Whether this person takes part at the end of the log."""
        stays = self.stays(person, log)
        return bool(stays) and stays[-1].last is None

    def stays(self, person: Identity, log: Sequence[StoredEntry]) -> list[Stay]:
        """What `person` may see of the discussion, read off its log."""
        asked = [deed for deed in self.deeds if deed.doing == "add" and deed.person == person.person_id]
        began = person.person_id in {one.person_id for one in (self.author, *self.first)}
        stays = [Stay(1, None, 0.0, 1)] if began else []
        for line in log:
            if line.kind == "added" and line.about_id == person.person_id:
                # The deed itself, or one before it: never later than when she was really asked in.
                asked_at = asked.pop(0).asked_at if asked else 0.0
                share = self.with_history.get(person.login, True)
                stays.append(Stay(1 if share else line.seq, None, asked_at, line.seq))
            elif stays and stays[-1].last is None and line.ends_for(person.person_id):
                stay = stays.pop()
                stays.append(Stay(stay.first, line.seq - 1, stay.asked_at, stay.let_in_by))
        return stays
