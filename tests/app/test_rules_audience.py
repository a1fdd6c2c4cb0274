"""The pure rules on who may write to whom, as tables."""

import pytest

from app.rules.audience import (
    Audience,
    Because,
    Decision,
    Reach,
    Refusal,
    Rule,
    Target,
    may_write,
    may_write_to_group,
)

OPEN, ONESELF = Because("open"), Because("oneself")
NOBODYS = Audience("ann", is_open=True)


def rule(reach: Reach, to: str = "staff", source: str = "6a") -> Rule:
    """Members of a group may write to another; their names are their identifiers in capitals."""
    return Rule(source, source.upper(), to, to.upper(), reach)


def ann(*rules: Rule) -> Audience:
    """What these rules, and others that are not hers, mean for Ann."""
    return Audience("ann", is_open=False, rules=rules)


def allowed(reach: Reach, to: str = "STAFF", source: str = "6A") -> Decision:
    """Allowed by this rule."""
    return Decision(True, because=Because("rule", source, to, reach))


def otherwise(why: Refusal, reach: Reach) -> Decision:
    """Not so, but there is another way."""
    return Decision(False, why, Because("rule", "6A", "STAFF", reach))


@pytest.mark.parametrize(
    ("target", "decision"),
    [
        (Target("bob"), Decision(True, because=OPEN)),
        (Target("bob", suspended=True), Decision(False, "suspended")),
        (Target("bob", opted_out=True), Decision(False, "opted_out")),
        (Target("bob", suspended=True, opted_out=True), Decision(False, "suspended")),
        (Target("ann"), Decision(True, because=ONESELF)),
        (Target("ann", opted_out=True), Decision(True, because=ONESELF)),
    ],
)
def test_without_rules(target: Target, decision: Decision) -> None:
    """Everybody may be written to who is not suspended and has not opted out."""
    assert may_write(NOBODYS, target) == decision


def test_without_rules_every_group_is_open() -> None:
    """So is every group as a whole."""
    assert may_write_to_group(NOBODYS, "staff") == Decision(True, because=OPEN)


@pytest.mark.parametrize(
    ("rules", "groups", "decision"),
    [
        ([], {"staff"}, Decision(False, "no_rule")),
        ([rule("members")], {"staff"}, allowed("members")),
        ([rule("both")], {"staff"}, allowed("both")),
        ([rule("group")], {"staff"}, otherwise("group_only", "group")),
        ([rule("members")], set(), Decision(False, "no_rule")),
        ([rule("members")], {"6a"}, Decision(False, "no_rule")),
        ([rule("members", "6a")], {"6a"}, allowed("members", "6A")),
        ([rule("group", "6a")], {"6a"}, Decision(False, "group_only", Because("rule", "6A", "6A", "group"))),
        ([rule("group"), rule("members", "choir")], {"staff", "choir"}, allowed("members", "CHOIR")),
        ([rule("both"), rule("members", "choir")], {"staff", "choir"}, allowed("members", "CHOIR")),
        ([rule("both"), rule("members", source="5b")], {"staff"}, allowed("members", source="5B")),
    ],
)
def test_people(rules: list[Rule], groups: set[str], decision: Decision) -> None:
    """One by one only those whom a rule opens so; of several rules the first by name explains it."""
    assert may_write(ann(*rules), Target("bob", frozenset(groups))) == decision
    assert may_write(ann(*reversed(rules)), Target("bob", frozenset(groups))) == decision


@pytest.mark.parametrize(
    ("rules", "decision"),
    [
        ([], Decision(False, "no_rule")),
        ([rule("group")], allowed("group")),
        ([rule("both")], allowed("both")),
        ([rule("members")], otherwise("members_only", "members")),
        ([rule("both", "choir")], Decision(False, "no_rule")),
        ([rule("members"), rule("group", source="5b")], allowed("group", source="5B")),
    ],
)
def test_groups(rules: list[Rule], decision: Decision) -> None:
    """A group as a whole by those whom a rule opens it to; its members one by one do not make it."""
    assert may_write_to_group(ann(*rules), "staff") == decision


@pytest.mark.parametrize("rules", [[], [rule("group")], [rule("both")]])
def test_oneself_is_always_allowed(rules: list[Rule]) -> None:
    """Whatever the rules say; and nobody who is away is opened by a rule."""
    assert may_write(ann(*rules), Target("ann", frozenset({"staff"}), opted_out=True)).because == ONESELF
    assert may_write(ann(*rules), Target("bob", frozenset({"staff"}), suspended=True)).why == "suspended"
    assert may_write(ann(*rules), Target("bob", frozenset({"staff"}), opted_out=True)).why == "opted_out"
