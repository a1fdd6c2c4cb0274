"""Who may write to whom: rules between groups, and what they mean for one writer.

With no rule at all everybody may write to everybody and to every group. As soon as there is one, a person may be
written to by members of a group that a rule opens the members of one of her groups to, and a group as a whole by those
whom a rule opens it to. Nothing follows from anything else: neither from being in the same group, nor from the way
back, nor the members from the whole or the whole from its members. Who a whole group is written to is reached through
it, whatever the rules say of her alone. One may always write to oneself. What is answered in a discussion that one is
in is no matter of these rules.
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import cached_property
from typing import Literal

import msgspec

Reach = Literal["members", "group", "both"]
REACHES: tuple[Reach, ...] = ("members", "group", "both")

Refusal = Literal["suspended", "opted_out", "no_rule", "group_only", "members_only", "not_separately"]
"""Why not.

The account of the person is `suspended`; she has `opted_out` of the messaging; there is `no_rule` that allows it; she
is reached through a whole group only (`group_only`); a group's members may be written to, but only one by one
(`members_only`); a message that goes to each separately is written to people one by one, and of this group not all may
be written to so (`not_separately`).
"""


class Rule(msgspec.Struct, frozen=True):
    """Members of the group `from_id` may write to `to_id`: to its members one by one, to it as a whole, or both."""

    from_id: str
    from_name: str
    to_id: str
    to_name: str
    reach: Reach

    @property
    def opens_members(self) -> bool:
        """Whether the members of the group may be written to one by one."""
        return self.reach != "group"

    @property
    def opens_group(self) -> bool:
        """Whether the group may be written to as a whole."""
        return self.reach != "members"


class Because(msgspec.Struct, frozen=True, omit_defaults=True):
    """Why it is allowed: there are no rules (`open`), it is `oneself`, or by a `rule` from a group to a group."""

    kind: Literal["open", "oneself", "rule"]
    from_group: str = ""
    to_group: str = ""
    reach: Reach | Literal[""] = ""


class Decision(msgspec.Struct, frozen=True):
    """Whether it is allowed, and `because` of what; if not, `why` is a stable reason code (see `Refusal`).

    Where there is another way (`group_only`, `members_only`), `because` is the rule that opens it.
    """

    allowed: bool
    why: Refusal | Literal[""] = ""
    because: Because | None = None


class Target(msgspec.Struct, frozen=True):
    """Somebody who would be written to, and the groups that she is in, as far as the writer's rules name them."""

    person_id: str
    groups: frozenset[str] = frozenset()
    suspended: bool = False
    opted_out: bool = False


class Audience(msgspec.Struct, frozen=True, dict=True):
    """What the rules mean for one writer: those that begin at a group of hers; `is_open` if the site has no rule."""

    writer_id: str
    is_open: bool
    rules: tuple[Rule, ...] = ()

    def leading_to(self, groups: Collection[str]) -> list[Rule]:
        """Her rules about these groups, in no order."""
        return [rule for one in groups for rule in self._by_goal.get(one, ())]

    @cached_property
    def _by_goal(self) -> dict[str, list[Rule]]:
        # Hundreds of people are judged by hundreds of rules.
        found: defaultdict[str, list[Rule]] = defaultdict(list)
        for rule in self.rules:
            found[rule.to_id].append(rule)
        return found


def may_write(audience: Audience, target: Target) -> Decision:
    """Whether the writer may address this person herself."""
    oneself = target.person_id == audience.writer_id
    if target.suspended:
        return Decision(False, "suspended")
    if target.opted_out and not oneself:
        return Decision(False, "opted_out")
    if oneself:
        return Decision(True, because=Because("oneself"))
    if audience.is_open:
        return OPEN
    leading = audience.leading_to(target.groups)
    return _decided([rule for rule in leading if rule.opens_members], leading, "group_only")


def may_write_to_group(audience: Audience, group_id: str) -> Decision:
    """Whether the writer may address this group as a whole."""
    if audience.is_open:
        return OPEN
    leading = audience.leading_to([group_id])
    return _decided([rule for rule in leading if rule.opens_group], leading, "members_only")


OPEN = Decision(True, because=Because("open"))


def _decided(opening: Sequence[Rule], leading: Sequence[Rule], otherwise: Refusal) -> Decision:
    """Allowed by the first rule that opens it; else what those that lead there in another way say."""
    if opening:
        return Decision(True, because=_first(opening))
    return Decision(False, otherwise, _first(leading)) if leading else Decision(False, "no_rule")


def _first(rules: Sequence[Rule]) -> Because:
    """The first of these by name, so that the same question always has the same answer."""
    first = min(rules, key=lambda rule: (rule.to_name, rule.from_name, rule.to_id, rule.from_id))
    return Because("rule", first.from_name, first.to_name, first.reach)
