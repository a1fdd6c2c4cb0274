"""Loading what the rest of the program's life is made of."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager

SELDOM = (20_000, 20, 20)
"""New objects, and younger rounds, after which the collector looks for cycles. Hundreds of replies in one commit are
thousands of objects that live for some milliseconds; at the usual 700 it would look through them again and again, which
is a fifth of a reply's time. What is no cycle, and that is nearly all, is freed at once in any case."""


@contextmanager
def loading() -> Iterator[None]:
    """Load for good: the garbage collector passes over what comes in the block, now and ever after.

    None of it becomes garbage, and looking for some all the while is a tenth of the time of a start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.set_threshold(*SELDOM)
        gc.enable()
