"""Whom something that is addressed reaches: everybody whom its writer may write to, or nobody."""

from collections.abc import Collection, Iterator

import msgspec

from app.audiences import as_rules
from app.errors import RecipientsRefused, RefusedRecipient
from app.rules.audience import Audience, Decision, Target, may_write, may_write_to_group
from store.addressing import Addressed, Reached

AWAY = ("suspended", "opted_out")
"""Why members of a group that is written to as a whole are left out of it."""


class Reaching(msgspec.Struct, frozen=True):
    """Whom it reaches, and the members of its groups whom it does not: pairs of person and reason code."""

    people: list[Reached]
    unreached: list[tuple[str, str]]


def reach(writer_id: str, found: Addressed, *, apart: bool = False, inside: Collection[str] = ()) -> Reaching:
    """Judge an address by the rules.

    Who is named herself and each group that is named has to be one whom the writer may write to so, else all that may
    not be are refused (`RecipientsRefused`). Members of a group who are away are left out of it, so that one of them
    does not silence the others. What goes to each `apart` is written to the members of groups one by one, and has to
    be allowed so. Who is `inside` already is not written to anew.
    """
    audience = Audience(writer_id, is_open=not found.has_rules, rules=as_rules(found.rules))
    coming = [one for one in found.people if one.id not in inside]
    decided = {one.id: _decide(audience, found, one) for one in coming if one.direct or apart}
    refused = [
        *_refused_people(coming, decided),
        *_refused_groups(audience, found, _one_by_one(coming, decided) if apart else set()),
    ]
    if refused:
        raise RecipientsRefused(refused)
    away = {one.id: why for one in coming if (why := _away(writer_id, one))}
    return Reaching([one for one in coming if one.id not in away], list(away.items()))


def _decide(audience: Audience, found: Addressed, one: Reached) -> Decision:
    groups = found.memberships.get(one.id, frozenset())
    return may_write(audience, Target(one.id, groups, one.suspended, not one.messaging))


def _refused_people(coming: list[Reached], decided: dict[str, Decision]) -> Iterator[RefusedRecipient]:
    for one in coming:
        if one.direct and not decided[one.id].allowed:
            decision = decided[one.id]
            instead = decision.because.to_group if decision.because else ""
            yield RefusedRecipient(one.id, one.name, decision.why, instead)


def _refused_groups(audience: Audience, found: Addressed, closed: set[str]) -> Iterator[RefusedRecipient]:
    for group in found.groups:
        decision = may_write_to_group(audience, group.id)
        if not decision.allowed:
            yield RefusedRecipient(group.id, group.name, decision.why)
        elif group.id in closed:
            yield RefusedRecipient(group.id, group.name, "not_separately")


def _one_by_one(coming: list[Reached], decided: dict[str, Decision]) -> set[str]:
    """The groups of which somebody who is not away may not be written to herself."""
    return {
        group
        for one in coming
        if not decided[one.id].allowed and decided[one.id].why not in AWAY
        for group in one.through
    }


def _away(writer_id: str, one: Reached) -> str | None:
    if one.suspended:
        return "suspended"
    return "opted_out" if not one.messaging and one.id != writer_id else None
