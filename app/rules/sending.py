"""Who may write to whom."""

import msgspec


class Writer(msgspec.Struct, frozen=True):
    """Somebody who wants to write."""

    person_id: str


class Target(msgspec.Struct, frozen=True):
    """Somebody who would be written to."""

    person_id: str
    suspended: bool = False
    opted_out: bool = False


class Decision(msgspec.Struct, frozen=True):
    """Whether it is allowed; if not, `why` is a stable reason code: `suspended` or `opted_out`."""

    allowed: bool
    why: str = ""


ALLOWED = Decision(True)
SUSPENDED = Decision(False, "suspended")
OPTED_OUT = Decision(False, "opted_out")


def may_write(writer: Writer, target: Target) -> Decision:
    """Whether `writer` may address `target`. One may always write to oneself."""
    if target.suspended:
        return SUSPENDED
    if target.opted_out and target.person_id != writer.person_id:
        return OPTED_OUT
    return ALLOWED
