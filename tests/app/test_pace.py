"""How fast one may go on: in one process, and when several tell each other what was spent."""

import pytest

from app.errors import RateLimited
from app.pace import Pace


class Clock:
    """A clock that goes on when it is told to."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    """A clock that stands still."""
    return Clock()


def spent_at_once(*paces: Pace, key: str = "alice") -> int:
    """How many tokens these nodes give her together until each refuses."""
    spent = 0
    for pace in paces:
        try:
            while True:
                pace.spend(key)
                spent += 1
        except RateLimited:
            continue
    return spent


def tell_each_other(*paces: Pace) -> None:
    """What the nodes do a few times a second."""
    for told, spent in [(pace, dict(pace.untold())) for pace in paces]:
        for other in paces:
            if other is not told:
                other.spent_elsewhere(spent)


def test_a_burst_and_then_the_rate(clock: Clock) -> None:
    """The burst at once, then so many each second, and a refusal says when the next one passes."""
    pace = Pace(10, 60, clock=clock)
    assert spent_at_once(pace) == 60
    with pytest.raises(RateLimited) as refused:
        pace.spend("alice")
    assert refused.value.retry_after == pytest.approx(0.1)
    pace.spend("bob")
    clock.now += refused.value.retry_after
    assert spent_at_once(pace) == 1
    clock.now += 3600
    assert spent_at_once(pace) == 60


def test_switched_off(clock: Clock) -> None:
    """Everything passes, and nothing is told."""
    pace = Pace(1, 1, enabled=False, clock=clock)
    pace.share()
    for _ in range(1000):
        pace.spend("alice")
    assert not pace.untold()


@pytest.mark.parametrize("nodes", [2, 3])
def test_a_flood_through_several_nodes_gets_one_allowance(clock: Clock, nodes: int) -> None:
    """Each further node gives away at most one burst before it hears of the others; afterwards it is one rate."""
    paces = [Pace(10, 60, clock=clock) for _ in range(nodes)]
    for pace in paces:
        pace.share()
    seconds, step, spent = 120, 0.25, 0
    for _ in range(int(seconds / step)):
        spent += spent_at_once(*paces)
        tell_each_other(*paces)
        clock.now += step
    one_allowance = 60 + 10 * seconds
    assert one_allowance * 0.95 <= spent <= one_allowance + 60 * (nodes - 1)


def test_what_was_too_much_is_owed(clock: Clock) -> None:
    """Who took two bursts from two nodes waits for both of them to refill."""
    here, there = Pace(10, 60, clock=clock), Pace(10, 60, clock=clock)
    here.share()
    there.share()
    assert spent_at_once(here, there) == 120
    tell_each_other(here, there)
    with pytest.raises(RateLimited) as refused:
        here.spend("alice")
    assert refused.value.retry_after == pytest.approx(6.1)
    clock.now += 6.1
    assert spent_at_once(here) == 1


def test_many_busy_keys_are_kept_apart_and_forgotten(clock: Clock) -> None:
    """More keys than are swept at once keep their own counts while they are busy, and are gone afterwards."""
    pace = Pace(10, 2, clock=clock)
    keys = [str(number) for number in range(20_000)]
    for _ in range(2):
        for key in keys:
            pace.spend(key)
    with pytest.raises(RateLimited):
        pace.spend(keys[0])
    clock.now += 60
    for number in range(20_000):
        pace.spend(f"later {number}")
        clock.now += 1
    assert len(pace._full_at) < 10_000
