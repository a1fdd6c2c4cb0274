"""The audience of a writer as it stands in the store, and what is decided by it."""

from collections.abc import Collection
from typing import cast

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


def decisions(link: Link, audience: Audience, people: Collection[Person]) -> dict[str, Decision]:
    """Whether the writer may write to each of these people, by identifier."""
    groups = rules.groups_of(link, audience.writer_id, [one.id for one in people]) if audience.rules else {}
    return {
        one.id: may_write(
            audience,
            Target(one.id, groups.get(one.id, frozenset()), one.suspended_at is not None, not one.messaging),
        )
        for one in people
    }
