"""From how something is addressed to the people it reaches, with all that decides whether it may.

Everything that a decision hangs on is found by one statement, so that it is the state of one moment on PostgreSQL, too:
two of them could see a rule as it was before a change, and a group as it is after it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Select,
    Subquery,
    and_,
    bindparam,
    exists,
    false,
    literal,
    select,
    true,
    union_all,
)

from store.columns import table_of
from store.pairs import by_pairs, look_up
from store.prepared import Link, Prepared
from store.rules import RuleRow, is_led_to, named_rules
from store.tables import Group, Membership, Person, Recipient, Rule

person = table_of(Person)
group = table_of(Group)
membership = table_of(Membership)
recipient = table_of(Recipient)
rule = table_of(Rule)
theirs = membership.alias("theirs")

NOTHING = literal("")


class Reached(msgspec.Struct, frozen=True):
    """A person whom an address reaches: `direct` if it names herself, `through` groups that it names and she is in."""

    id: str
    name: str
    suspended: bool
    messaging: bool
    role: str
    direct: bool
    through: tuple[str, ...] = ()


class NamedGroup(msgspec.Struct, frozen=True):
    """A group that is addressed as a whole."""

    id: str
    name: str


class Addressed(msgspec.Struct, frozen=True):
    """What one moment of the store says of an address: whom it reaches, and the rules that it is to be judged by.

    `has_rules`: the site has any; `rules` are those that begin at a group of the writer. `memberships` are the groups
    that such a rule leads to, by person.
    """

    has_rules: bool
    rules: list[RuleRow]
    people: list[Reached]
    groups: list[NamedGroup]
    memberships: dict[str, frozenset[str]]


class _Source(msgspec.Struct, frozen=True):
    """Where an address stands: rows that each name a person or a group."""

    rows: FromClause
    is_person: ColumnElement[bool]
    group_id: ColumnElement[Any]
    is_group: ColumnElement[bool]
    role: ColumnElement[str]
    where: ColumnElement[bool]

    def of_groups(self, with_people: ColumnElement[Any]) -> FromClause:
        """The members of its groups, as rows of `membership`."""
        return self.rows.join(membership, and_(membership.c.group_id == self.group_id, self.is_group)).join(
            person, person.c.id == with_people
        )


def _found(source: _Source, *, apart: bool) -> Select[Any]:
    """All of it, one part below the other; `apart`: the members of groups are judged one by one, too."""
    people = source.rows.join(person, source.is_person)
    groups = source.rows.join(group, and_(group.c.id == source.group_id, source.is_group))
    members = source.of_groups(membership.c.person_id)
    parts = [
        _part("any").where(exists(select(rule.c.id))),
        _rules(),
        _part("person", person.c.id, person.c.name, _suspended(), person.c.messaging, source.role)
        .select_from(people)
        .where(source.where),
        _part("group", group.c.id, group.c.name).select_from(groups).where(source.where),
        _part(
            "member",
            person.c.id,
            person.c.name,
            _suspended(),
            person.c.messaging,
            source.role,
            membership.c.group_id,
        )
        .select_from(members)
        .where(source.where),
        *(
            _part("in", theirs.c.person_id, other=theirs.c.group_id)
            .select_from(of.join(theirs, theirs.c.person_id == person.c.id))
            .where(source.where, is_led_to(theirs.c.group_id))
            for of in ([people, members] if apart else [people])
        ),
    ]
    found = union_all(*parts).subquery("found")
    return select(*found.c)


def _part(
    kind: str,
    one: ColumnElement[Any] = NOTHING,
    name: ColumnElement[Any] = NOTHING,
    suspended: ColumnElement[bool] | None = None,
    messaging: ColumnElement[Any] | None = None,
    role: ColumnElement[Any] = NOTHING,
    other: ColumnElement[Any] = NOTHING,
    other_name: ColumnElement[Any] = NOTHING,
) -> Select[Any]:
    return select(
        literal(kind).label("kind"),
        one.label("one"),
        name.label("name"),
        (false() if suspended is None else suspended).label("suspended"),
        (false() if messaging is None else messaging).label("messaging"),
        role.label("role"),
        other.label("other"),
        other_name.label("other_name"),
    )


def _rules() -> Select[Any]:
    rules = named_rules(of_writer=True).subquery("rules")
    from_id, from_name, to_id, to_name, reach = rules.c
    return _part("rule", from_id, from_name, role=reach, other=to_id, other_name=to_name).select_from(rules)


def _suspended() -> ColumnElement[bool]:
    return person.c.suspended_at.is_not(None)


_OF_MESSAGE = _Source(
    rows=recipient,
    is_person=person.c.id == recipient.c.person_id,
    group_id=recipient.c.group_id,
    is_group=true(),
    role=recipient.c.role,
    where=recipient.c.message_id == bindparam("room"),
)
TOGETHER = Prepared(_found(_OF_MESSAGE, apart=False))
APART = Prepared(_found(_OF_MESSAGE, apart=True))


def _added(wanted: Subquery) -> Select[Any]:
    source = _Source(
        rows=wanted,
        is_person=and_(person.c.id == wanted.c.two, wanted.c.one == "person"),
        group_id=wanted.c.two,
        is_group=wanted.c.one == "group",
        role=literal("added"),
        where=true(),
    )
    return _found(source, apart=False)


ADDED = by_pairs(_added)


def addressed(link: Link, message_id: str, writer_id: str, *, apart: bool) -> Addressed:
    """What is to be judged of a message; `apart`: it goes to each separately."""
    rows = (APART if apart else TOGETHER).rows(link, {"room": message_id, "writer": writer_id})
    return _read(rows)


def named(link: Link, addresses: Sequence[tuple[str, str]], writer_id: str) -> Addressed:
    """The same of people and groups, given as pairs of type and identifier."""
    return _read(look_up(link, ADDED, addresses, writer=writer_id))


def _read(rows: Iterable[tuple[Any, ...]]) -> Addressed:
    has_rules, rules, groups = False, list[RuleRow](), dict[str, NamedGroup]()
    people: dict[str, Reached] = {}
    memberships: defaultdict[str, set[str]] = defaultdict(set)
    for kind, one, name, suspended, messaging, role, other, other_name in rows:
        match kind:
            case "any":
                has_rules = True
            case "rule":
                rules.append((one, name, other, other_name, role))
            case "group":
                groups[one] = NamedGroup(one, name)
            case "in":
                memberships[one].add(other)
            case _:
                through = (other,) if other else ()
                new = Reached(one, name, suspended, messaging, role, not other, through)
                before = people.setdefault(one, new)
                if before is not new:
                    people[one] = _both(before, new)
    return Addressed(
        has_rules,
        rules,
        list(people.values()),
        list(groups.values()),
        {one: frozenset(ids) for one, ids in memberships.items()},
    )


def _both(one: Reached, other: Reached) -> Reached:
    """She is reached twice: `to` if any address says so, `direct` if any names her."""
    return msgspec.structs.replace(
        one,
        role=max(one.role, other.role),
        direct=one.direct or other.direct,
        through=one.through + other.through,
    )
