"""Which tests wait for which, when several processes share the suite (`make test`).

All journeys run in one process, which starts the one browser; since they take the longest, they begin first. The rows
of the faults have bounds on time, and come last: most other tests are over by then, and no more than two of these rows
run at the same time, each with processes of its own.
"""

from collections.abc import Sequence
from pathlib import Path

import pytest

HERE = Path(__file__).parent
FAULTS_AT_ONCE = 2


def take_turns(items: list[pytest.Item]) -> None:
    """Put the tests into their order, and together what runs in one process."""
    items.sort(key=_turn)  # stable: within a turn the order stays as it was
    rows = sorted({item.path for item in items if _turn(item) == 2})
    for item in items:
        if group := _group(item, rows):
            item.add_marker(pytest.mark.xdist_group(group))


def _turn(item: pytest.Item) -> int:
    return {"journeys": 0, "faults": 2}.get(_folder(item), 1)


def _group(item: pytest.Item, rows: Sequence[Path]) -> str | None:
    if item.path in rows:
        return f"faults-{rows.index(item.path) % FAULTS_AT_ONCE + 1}"
    return "journeys" if _folder(item) == "journeys" else None


def _folder(item: pytest.Item) -> str:
    return item.path.relative_to(HERE).parts[0]
