"""`kill -9` of server processes, again and again, while everybody talks."""

from tests.faults.conftest import Measured
from tests.faults.round import Round
from tests.faults.shape import Shape


async def test_nodes_killed(two_nodes: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """One of two nodes is killed every few seconds and started again: its clients go on by the other."""
    async with Round(seed, two_nodes) as round_:
        async with round_.under_way():
            for _ in range(4 if is_long else 1):
                await round_.passes(0.3, 1.5)
                node = round_.dice.choice(two_nodes.nodes)
                with round_.fault(f"{node.folder.name} is killed"):
                    node.kill()
                    round_.away.add(node)
                measured("all live, s", await round_.all_live(within=15))
                await round_.restart(node)
        await round_.check()


async def test_the_only_node_killed(one_node: Shape, seed: int, is_long: bool, measured: Measured) -> None:
    """The only process, on SQLite, is killed every few seconds and started again."""
    [node] = one_node.nodes
    async with Round(seed, one_node) as round_:
        async with round_.under_way():
            for _ in range(4 if is_long else 1):
                await round_.passes(0.3, 1.5)
                with round_.fault("the node is killed"):
                    node.kill()
                await round_.restart(node)
                measured("all live, s", await round_.all_live(within=15))
        await round_.check()
