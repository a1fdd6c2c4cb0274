"""Random lives on three nodes whose bus loses, delays, repeats and reorders, and whose store goes away at times.

Whatever happened: once the weather is fine again, everybody follows exactly what she is in, has every line once and
in order, and nothing beyond her bounds. A seed that fails is repeated by running its test again, nearly always.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest
from structlog.testing import capture_logs

from app.settings import Settings
from realtime import catching_up, counts, joining, repairs
from tests.realtime.life import Life
from tests.realtime.truths import astray, check_answers, check_bounds, miscounted, unanswered
from tests.realtime.weather import Weather
from tests.waiting import wait_for

STEPS = 400


@pytest.fixture(params=range(6))
def seed(request: pytest.FixtureRequest) -> int:
    """What everything that is left to chance is drawn from."""
    number: int = request.param
    return number


@pytest.fixture
async def life(settings: Settings, seed: int, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Life]:
    """A life that begins."""
    for module in (catching_up, joining, repairs, counts):
        monkeypatch.setattr(module, "RETRY_AFTER", 0.02)
    life = Life(settings, Weather(seed))
    await life.begin()
    with capture_logs() as logs:
        yield life
        await life.end()
    assert [line for line in logs if line["log_level"] == "error"] == []


async def test_after_bad_weather_everything_is_whole(life: Life) -> None:
    """Order, bounds, acks, circles and counts are right on every node, and nothing is left of who has gone."""
    await life.go_on(STEPS)
    await life.calm_down()
    await settled(partial(astray, life), "everybody follows what she is in")
    await life.everybody_writes()
    await settled(partial(astray, life), "everybody has what was written last")
    await settled(partial(miscounted, life), "everybody has the store's counts")
    await settled(partial(unanswered, life), "every post is answered, also those that changed nothing")
    assert life.faults == []
    assert [fault for reader in life.readers for fault in reader.faults] == []
    await check_answers(life)
    await check_bounds(life)
    for reader in life.readers:
        reader.leave()
    for node in life.nodes:
        hub = node.hub
        await wait_for(lambda hub=hub: not hub.rooms and not hub.people, "the hub is empty")  # type: ignore[misc, arg-type]


async def settled(question: Callable[[], Awaitable[list[str]]], what: str) -> None:
    """Wait until nothing is wrong any more; else say what is."""
    wrong: list[str] = []

    async def nothing_is_wrong() -> bool:
        wrong[:] = await question()
        return not wrong

    try:
        await wait_for(nothing_is_wrong, what, 15)
    except AssertionError:
        raise AssertionError(f"not so: {what}: {wrong}") from None
