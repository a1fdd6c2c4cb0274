"""Queries about the rules on who may write to whom. Plain functions on a link; they never commit."""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import ColumnElement, Select, bindparam, exists, func, literal, select

from store.columns import table_of
from store.pairs import by_ids, look_up_ids
from store.prepared import Link, Prepared
from store.tables import Group, Membership, Rule
from store.unindexed import Unindexed

rule = table_of(Rule)
group = table_of(Group)
membership = table_of(Membership)
source, goal = group.alias("source"), group.alias("goal")
hers, theirs = membership.alias("hers"), membership.alias("theirs")

RuleRow = tuple[str, str, str, str, str]
"""Identifier and name of the group that may write, the same of the one that may be written to, and the reach."""

OPENS_MEMBERS = rule.c.reach != "group"
"""Of a rule: the members of its group may be written to one by one."""

ANY = Prepared(select(literal(1)).where(exists(select(rule.c.id))))


def named_rules(*, of_writer: bool = False) -> Select[Any]:
    """Rules as `RuleRow`; `of_writer`: those that begin at a group of the one bound as `writer`."""
    query = (
        select(
            source.c.id.label("from_id"),
            source.c.name.label("from_name"),
            goal.c.id.label("to_id"),
            goal.c.name.label("to_name"),
            rule.c.reach,
        )
        .select_from(rule)
        .join(source, source.c.id == rule.c.from_group_id)
        .join(goal, goal.c.id == rule.c.to_group_id)
    )
    if not of_writer:
        return query
    return query.join(hers, hers.c.group_id == rule.c.from_group_id).where(
        hers.c.person_id == bindparam("writer")
    )


LED_TO = (
    select(rule.c.to_group_id)
    .join(hers, hers.c.group_id == rule.c.from_group_id)
    .where(hers.c.person_id == bindparam("writer"))
)
"""The groups that a rule leads to from a group of the one bound as `writer`."""

WHOLE_LED_TO = LED_TO.where(rule.c.reach != "members")
"""Those of them that may be written to as a whole."""

MEMBERS_LED_TO = select(theirs.c.person_id).where(theirs.c.group_id.in_(LED_TO.where(OPENS_MEMBERS)))
"""Those in one whose members may be written to one by one."""


def is_led_to(group_id: ColumnElement[str]) -> ColumnElement[bool]:
    """Whether one of the few groups that somebody is in is among those of `LED_TO`."""
    return Unindexed(group_id).in_(LED_TO)


HERS = Prepared(named_rules(of_writer=True))
GROUPS_OF = by_ids(
    lambda wanted: (
        select(theirs.c.person_id, theirs.c.group_id)
        .select_from(wanted.join(theirs, theirs.c.person_id == wanted.c.one))
        .where(is_led_to(theirs.c.group_id))
    )
)


FEW = 2000
"""As many as can be gone through, and put in order, at every letter that somebody types."""
FIRST_LED_TO = Prepared(select(func.count()).select_from(MEMBERS_LED_TO.limit(FEW + 1).subquery()))


def reaches_few(link: Link, writer_id: str) -> bool:
    """Whether rules lead from this person to at most `FEW` people, however many rules and groups there are."""
    [(count,)] = FIRST_LED_TO.rows(link, {"writer": writer_id})
    return bool(count <= FEW)


def are_there_any(link: Link) -> bool:
    """Whether the site has any rule."""
    return bool(ANY.rows(link, {}))


def rules_from(link: Link, writer_id: str) -> list[RuleRow]:
    """The rules that begin at a group of this person."""
    return [(row[0], row[1], row[2], row[3], row[4]) for row in HERS.rows(link, {"writer": writer_id})]


def groups_of(link: Link, writer_id: str, person_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """By person, those groups that she is in and that a rule leads to from a group of the writer."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for person_id, group_id in look_up_ids(link, GROUPS_OF, person_ids, writer=writer_id):
        found[person_id].add(group_id)
    return {person_id: frozenset(groups) for person_id, groups in found.items()}
