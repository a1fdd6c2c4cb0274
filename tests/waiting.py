"""Waiting for something to become true. Elsewhere the tests sleep only to pace what they do, never to wait."""

import asyncio
import inspect
import time
from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, overload

T = TypeVar("T")
INTERVAL_SECONDS = 0.01
PATIENCE = 20.0
"""Seconds for what has no bound of its own. A machine that does much else stands still for several now and then."""

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
    end = time.monotonic() + timeout
    while True:
        answer = condition()
        value = await answer if inspect.isawaitable(answer) else answer
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(_missed(what, timeout, value))
        await asyncio.sleep(INTERVAL_SECONDS)


def wait_blocking(condition: Callable[[], T | None], what: What, timeout: float = PATIENCE) -> T:
    """The same without an event loop, for what happens outside of one."""
    end = time.monotonic() + timeout
    while not (value := condition()):
        if time.monotonic() > end:
            raise AssertionError(_missed(what, timeout, value))
        time.sleep(INTERVAL_SECONDS)
    return value


def _missed(what: What, timeout: float, value: object) -> str:
    told = what if isinstance(what, str) else what()
    return f"waited {timeout:g} s in vain: {told} (last answer: {value!r})"
