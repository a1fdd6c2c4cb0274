"""Waiting for something to become true. Elsewhere the tests sleep only to pace what they do, never to wait."""

import asyncio
import inspect
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from contextlib import asynccontextmanager
from typing import Any, TypeVar, overload

T = TypeVar("T")
INTERVAL_SECONDS = 0.01
PATIENCE = 20.0
"""Seconds for what has no bound of its own. A machine that does much else stands still for several now and then."""

STANDSTILL = 0.25
"""Seconds between two looks, of which no more count: while the machine stands still nothing can become true."""

What = str | Callable[[], str]
"""What is waited for, or what tells it, with what came instead, once it was in vain."""


@overload
async def wait_for(
    condition: Callable[[], Awaitable[T | None]], what: What, timeout: float = PATIENCE
) -> T: ...
@overload
async def wait_for(condition: Callable[[], T | None], what: What, timeout: float = PATIENCE) -> T: ...
async def wait_for(condition: Callable[[], Any], what: What, timeout: float = PATIENCE) -> Any:
    """Give back what `condition` (plain or async) answers once that is truthy.

    Fails after `timeout` seconds with a sentence that names `what` was waited for and the last answer.
    """
    patience = _Patience(timeout)
    while True:
        answer = condition()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        if patience.is_over():
            raise AssertionError(_missed(what, timeout, value))
        await asyncio.sleep(INTERVAL_SECONDS)


def wait_blocking(condition: Callable[[], T | None], what: What, timeout: float = PATIENCE) -> T:
    """The same without an event loop, for what happens outside of one."""
    patience = _Patience(timeout)
    while not (value := condition()):
        if patience.is_over():
            raise AssertionError(_missed(what, timeout, value))
        time.sleep(INTERVAL_SECONDS)
    return value


@asynccontextmanager
async def within(seconds: float, what: str) -> AsyncIterator[None]:
    """Fails with `what` was to be over by then if the block takes longer."""
    looking = asyncio.create_task(wait_for(lambda: False, what, seconds))
    try:
        yield
        if looking.done():
            await looking
    finally:
        looking.cancel()


async def finish(doing: Coroutine[Any, Any, T]) -> T:
    """Await it; whoever is cancelled meanwhile goes only once it has ended."""
    task = asyncio.create_task(doing)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


class _Patience:
    """What is left of `seconds`, looked at again and again."""

    def __init__(self, seconds: float) -> None:
        self._left = seconds
        self._looked = time.monotonic()

    def is_over(self) -> bool:
        """Whether they have passed; of what lies between two looks only `STANDSTILL` is taken."""
        now = time.monotonic()
        self._left -= min(now - self._looked, STANDSTILL)
        self._looked = now
        return self._left < 0


def _missed(what: What, timeout: float, value: object) -> str:
    told = what if isinstance(what, str) else what()
    return f"waited {timeout:g} s in vain: {told} (last answer: {value!r})"
