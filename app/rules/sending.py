"""Who may write to whom."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Writer:
    """Somebody who wants to write."""

    person_id: str


@dataclass(frozen=True)
class Target:
    """Somebody who would be written to."""

    person_id: str
    suspended: bool = False
    opted_out: bool = False


@dataclass(frozen=True)
class Decision:
    """Whether it is allowed; if not, `why` is a stable reason code: `suspended` or `opted_out`."""

    allowed: bool
    why: str = ""


def may_write(writer: Writer, target: Target) -> Decision:
    """Whether `writer` may address `target`. One may always write to oneself."""
    if target.suspended:
        return Decision(False, "suspended")
    if target.opted_out and target.person_id != writer.person_id:
        return Decision(False, "opted_out")
    return Decision(True)
