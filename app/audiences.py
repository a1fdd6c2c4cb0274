"""The audience of a writer as it stands in the store, and what is decided by it."""

from collections.abc import Collection, Iterable
from typing import cast

from msgspec.structs import replace

from app.rules.audience import Audience, Decision, Reach, Rule, Target, may_write
from store import rules
from store.prepared import Link
from store.rules import RuleRow
from store.tables import Person


def audience_of(link: Link, writer_id: str) -> Audience:
    """What the rules of this moment mean for this writer."""
    hers = as_rules(rules.rules_from(link, writer_id))
    return Audience(writer_id, is_open=not hers and not rules.are_there_any(link), rules=hers)


def as_rules(rows: Collection[RuleRow]) -> tuple[Rule, ...]:
    """Rules of the store as those that decide."""
    return tuple(Rule(*row[:4], cast("Reach", row[4])) for row in rows)


def decisions(link: Link, audience: Audience, targets: Iterable[Target]) -> dict[str, Decision]:
    """Whether the writer may write to each of these people, whose groups are looked up here, by identifier."""
    asked = list(targets)
    groups = (
        rules.groups_of(link, audience.writer_id, [one.person_id for one in asked]) if audience.rules else {}
    )
    return {
        one.person_id: may_write(audience, replace(one, groups=groups.get(one.person_id, frozenset())))
        for one in asked
    }


def as_target(person: Person) -> Target:
    """Somebody as the rules ask about her."""
    return Target(person.id, suspended=person.suspended_at is not None, opted_out=not person.messaging)
