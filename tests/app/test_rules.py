"""The pure rules on participation, as tables."""

import pytest

from app.rules.participation import may_add, may_remove, sees, sight_on_add


@pytest.mark.parametrize(("state", "allowed"), [("active", True), ("stopped", False), ("removed", False)])
def test_adding(state: str, allowed: bool) -> None:
    """Whoever is in a discussion may add others; whoever was in it may not."""
    assert may_add(state) is allowed


@pytest.mark.parametrize(
    ("actor", "target", "added_by", "anyone_removes", "allowed"),
    [
        ("author", "bob", None, False, True),
        ("author", "bob", "carol", False, True),
        ("carol", "bob", "carol", False, True),
        ("dave", "bob", "carol", False, False),
        ("dave", "bob", None, False, False),
        ("bob", "bob", "carol", False, True),
        ("dave", "bob", "carol", True, True),
        ("dave", "author", None, False, False),
    ],
)
def test_removing(actor: str, target: str, added_by: str | None, anyone_removes: bool, allowed: bool) -> None:
    """The author, whoever added her, and she herself; everybody where the site says so."""
    assert (
        may_remove(
            author_id="author",
            added_by=added_by,
            actor_id=actor,
            target_id=target,
            anyone_removes=anyone_removes,
        )
        is allowed
    )


def test_sight_on_add() -> None:
    """With history one sees all of it, without it one's own arrival and what follows."""
    assert sight_on_add(True, 17) == 1
    assert sight_on_add(False, 17) == 17


@pytest.mark.parametrize(
    ("from_seq", "until_seq", "state", "seq", "visible"),
    [
        (1, None, "active", 1, True),
        (5, None, "active", 4, False),
        (5, None, "active", 5, True),
        (1, 7, "active", 7, True),
        (1, 7, "active", 8, False),
        (1, 7, "stopped", 3, False),
        (1, 7, "removed", 3, False),
    ],
)
def test_sight(from_seq: int, until_seq: int | None, state: str, seq: int, visible: bool) -> None:
    """Sight has a beginning and an end, and is gone altogether with the participation."""
    assert sees(from_seq, until_seq, state, seq) is visible
