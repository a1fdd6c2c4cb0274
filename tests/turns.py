"""Which tests wait for which, when several processes share the suite (`make test`).

All journeys run in one process, which starts the one browser; since they take the longest, they begin first. The rows
of the faults have bounds on time, and come last: most other tests are over by then, and no more than two of these rows
run at the same time, each with servers of its own. Everything else goes to whichever process has nothing to do.
"""

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
FAULTS = "tests/faults/"
FAULTS_AT_ONCE = 2


def take_turns(items: list[pytest.Item]) -> None:
    """Put the tests into their order."""
    turns = {"journeys": 0, "faults": 2}
    items.sort(key=lambda item: turns.get(item.path.relative_to(HERE).parts[0], 1))


class Turns(LoadScopeScheduling):  # type: ignore[misc]
    """Gives out the tests in their order, and together those that one process runs one after the other."""

    def __init__(self, config: pytest.Config, log: Any) -> None:
        super().__init__(config, log)
        config.option.loadscopereorder = False

    def _split_scope(self, nodeid: str) -> str:
        if nodeid.startswith("tests/journeys/"):
            return "tests/journeys/"
        return nodeid.partition("::")[0] if nodeid.startswith(FAULTS) else nodeid

    def _reschedule(self, node: Any) -> None:
        only_faults_are_left = next(iter(self.workqueue), "").startswith(FAULTS)
        if only_faults_are_left and len(self._at_faults() - {node}) >= FAULTS_AT_ONCE:
            node.shutdown()
        else:
            super()._reschedule(node)

    def _at_faults(self) -> set[Any]:
        return {
            node
            for node, scopes in self.assigned_work.items()
            if any(scope.startswith(FAULTS) for scope in scopes)
        }
