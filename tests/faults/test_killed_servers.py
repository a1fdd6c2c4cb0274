"""`kill -9` and SIGSTOP of server processes, again and again, while everybody talks."""

from store.engines import IDLE_SECONDS
from tests.faults.conftest import Measured
from tests.faults.recovering import took
from tests.faults.round import talking
from tests.faults.shape import Shape
from tests.faults.town import MARKS

BACK_WITHIN = 5.0
"""Seconds after which replies are stored again, once nothing stands in the way (the design's bound)."""


async def test_nodes_killed(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """One of two nodes is killed every few seconds and started again: its clients go on by the other."""
    async with talking(seed, two_nodes) as round_:
        for _ in range(4 if is_long else 1):
            await round_.passes(0.3, 1.5)
            node = round_.dice.choice(two_nodes.nodes)
            with round_.fault(f"{node.folder.name} is killed"):
                node.kill()
                round_.away.add(node)
            measured("all live, s", await round_.all_live(within=15))
            await round_.restart(node)


async def test_the_only_node_killed(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """The only process, on SQLite, is killed every few seconds and started again."""
    [node] = one_node.nodes
    async with talking(seed, one_node) as round_:
        for _ in range(4 if is_long else 1):
            await round_.passes(0.3, 1.5)
            with round_.fault("the node is killed"):
                node.kill()
            await round_.restart(node)
            measured("all live, s", await round_.all_live(within=15))


async def test_a_node_frozen(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """A node stops for a while, perhaps in the middle of a commit: those on the other are served all the same."""
    frozen, other = two_nodes.nodes
    async with talking(seed, two_nodes, pinned=True) as round_:
        for _ in range(3 if is_long else 1):
            await round_.passes(0.3, 1)
            on_other = [one for one in round_.faithful if one.is_on(other.live_url)]
            with round_.fault("a node is frozen"):
                frozen.freeze()
            try:
                sent = [await one.say(round_.rooms[0], f"{MARKS[0]} without them") for one in on_other]
                served = await took(
                    lambda sent=sent: all(one.acks for one in sent),  # type: ignore[misc]
                    "those on the other node are served",
                    IDLE_SECONDS + BACK_WITHIN,
                )
                measured("served on the other node, s", served)
                await round_.passes(0, 3)
            finally:
                frozen.thaw()
            measured("all live, s", await round_.all_live(within=15))
            measured("back, s", await round_.all_served(BACK_WITHIN))
