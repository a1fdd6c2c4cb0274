"""What one person did and was told: every reply that she posted with what became of it, and every frame she got.

A journal only remembers. What must be true of it is in `tests.faults.invariants`.
"""

import time
from dataclasses import dataclass, field
from typing import Any, Literal

from app.site import Identity

Frame = dict[str, Any]
Fate = Literal["unsent", "ok", "refused", "unknown"]


@dataclass
class Attempt:
    """One `post` frame, and the `ack` or `error` that answered it (None: none came)."""

    connection: int
    sent_at: float = field(default_factory=time.monotonic)
    answered_at: float | None = None
    answer: Frame | None = None

    @property
    def took(self) -> float | None:
        """Seconds until the answer."""
        return None if self.answered_at is None else self.answered_at - self.sent_at


@dataclass
class Sent:
    """One reply under one `client_id`, however often it was posted. `insists`: until it is acknowledged."""

    client_id: str
    discussion: str
    body: str
    insists: bool
    attempts: list[Attempt] = field(default_factory=list)
    was_unknown: bool = False
    """Whether its writer did not know at one time what had become of it, and asked again."""

    @property
    def acks(self) -> list[Frame]:
        """Every acknowledgement, the first and the repeated."""
        return [one.answer for one in self.attempts if one.answer and one.answer["type"] == "ack"]

    @property
    def errors(self) -> list[Frame]:
        """Every refusal."""
        return [one.answer for one in self.attempts if one.answer and one.answer["type"] == "error"]

    @property
    def fate(self) -> Fate:
        """`ok` once acknowledged; `refused` if every attempt was; `unknown` while any has no answer."""
        if not self.attempts:
            return "unsent"
        if self.acks:
            return "ok"
        return "refused" if all(one.answer for one in self.attempts) else "unknown"

    @property
    def is_final(self) -> bool:
        """Whether trying again would change nothing: acknowledged, or refused for good the last time."""
        last = self.attempts[-1].answer if self.attempts else None
        return bool(self.acks) or bool(last and last["type"] == "error" and "retry_after" not in last)


@dataclass(frozen=True)
class Heard:
    """One frame and when it came (seconds of the monotonic clock)."""

    at: float
    frame: Frame


@dataclass
class ConnectionJournal:
    """One connection: where to, what it resumed, and everything that came on it, in order."""

    number: int
    url: str
    resume: dict[str, int]
    began_at: float = field(default_factory=time.monotonic)
    heard: list[Heard] = field(default_factory=list)
    welcomed_at: float | None = None
    ended_at: float | None = None
    code: int | None = None
    """The close code, when there was one."""
    ended_by: str | None = None
    """The error with which it ended."""


@dataclass
class Journal:
    """Everything of one person."""

    who: Identity
    sent: dict[str, Sent] = field(default_factory=dict)
    connections: list[ConnectionJournal] = field(default_factory=list)

    def replies(self, fate: Fate) -> list[Sent]:
        """Her replies with this fate."""
        return [sent for sent in self.sent.values() if sent.fate == fate]

    @property
    def attempts(self) -> list[Attempt]:
        """Every time that she posted anything."""
        return [attempt for sent in self.sent.values() for attempt in sent.attempts]


def unanswered(journal: Journal, seconds: float) -> list[Attempt]:
    """Attempts without an answer for so long, or for ever, although their connection went on.

    Save those that were told something else than "unavailable" in the end: they were in doubt until then, which is
    the only thing that may be said of them.
    """
    found = []
    for attempt in journal.attempts:
        ended = journal.connections[attempt.connection].ended_at or time.monotonic()
        until = ended if attempt.answered_at is None else attempt.answered_at
        is_known = attempt.answer is not None and attempt.answer.get("code") != "unavailable"
        if until - attempt.sent_at > seconds and not is_known:
            found.append(attempt)
    return found
