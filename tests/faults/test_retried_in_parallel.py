"""The same reply ten times at once, by sockets and by HTTP, on every node: one row, one number."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

import httpx

from tests.faults.round import Round
from tests.faults.shape import Shape
from tests.faults.town import MARKS
from tests.realtime.clients import LiveClient

TIMES = 10


@dataclass(frozen=True)
class Told:
    """What one of the ten was told."""

    seq: int
    repeated: bool


async def test_retried_on_both_nodes(two_nodes: Shape, seed: int, is_long: bool) -> None:
    """Two nodes: whoever comes first stores it, all others are told the same number, whatever else is said."""
    await retried(Round(seed, two_nodes), times=12 if is_long else 3)


async def test_retried_on_one_node(one_node: Shape, seed: int, is_long: bool) -> None:
    """One node on SQLite: the same, also where the ten meet in one commit."""
    await retried(Round(seed, one_node), times=12 if is_long else 3)


async def retried(beginning: Round, times: int) -> None:
    """So many replies, ten times each, while everybody talks."""
    async with beginning as round_:
        sockets = [
            await LiveClient.welcomed(node.live_url, round_.tokens["alice"])
            for node in round_.shape.nodes
            for _ in range(TIMES // len(round_.shape.nodes))
        ]
        async with round_.under_way():
            for number in range(times):
                await round_.passes(0, 0.1)
                sent = await round_.chatters[0].say(round_.rooms[1], f"{MARKS[0]} again {number}")
                answers = await all_at_once(round_, sockets, sent.client_id, sent.body)
                assert len({told.seq for told in answers}) == 1, answers
                assert len([told for told in answers if not told.repeated]) <= 1, answers
        for client in sockets:
            await client.close()
        await round_.check()


async def all_at_once(round_: Round, sockets: Sequence[LiveClient], client_id: str, body: str) -> list[Told]:
    """Post the same reply on every socket and as often by HTTP, in an order that the dice choose."""
    room, headers = round_.rooms[1], {"Authorization": f"Bearer {round_.tokens['alice']}"}

    async def by_socket(client: LiveClient) -> Told:
        ack = await client.post(room, body, client_id=client_id)
        assert ack["type"] == "ack", ack
        return Told(ack["seq"], ack["repeated"])

    async def by_http(url: str) -> Told:
        async with httpx.AsyncClient(base_url=url, headers=headers, timeout=10) as client:
            reply = {"client_id": client_id, "body": body}
            answer = await client.post(f"/api/discussions/{room}/replies", json=reply)
        assert answer.status_code in (200, 201), answer.text
        return Told(answer.json()["seq"], answer.status_code == 200)

    doing = [by_socket(client) for client in sockets]
    doing += [by_http(node.url) for node in round_.shape.nodes for _ in range(2)]
    round_.dice.shuffle(doing)
    return await asyncio.gather(*doing)
