"""Loading what the rest of the program's life is made of."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
        gc.enable()
