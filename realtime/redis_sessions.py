"""The number of connections on the other nodes, over Redis.

Each node keeps one hash with its own numbers by person and address, which expires soon after the node has last been
heard of: nothing has to be tidied up after a crash. The numbers are absolute, so that whatever went wrong is right
again with the next writing. While Redis is away nobody waits for it, and each node counts for itself.
"""

import asyncio
import contextlib
import secrets
from collections.abc import Iterable, Mapping

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from realtime.redis_bus import AWAY, heed_cancelling

log = structlog.get_logger(__name__)

NODES = "parley:connected"
"""The set of the nodes' hashes."""
LEASE = 6
"""Seconds after which the connections of a node that is silent no longer count."""
RENEW_EVERY = 2.0
"""Seconds between two signs of life."""
ANSWERS_WITHIN = 0.5
"""Seconds that a new connection may have to wait for Redis; afterwards Redis counts as away."""
RETRY_AFTER = 0.5
"""Seconds between two tries to reach Redis."""
MOST_AT_ONCE = 500
"""Questions in one round trip."""

COUNT = """
local counts = {}
for place = 1, #ARGV do counts[place] = 0 end
for _, node in ipairs(redis.call('SMEMBERS', KEYS[1])) do
  if redis.call('EXISTS', node) == 0 then
    redis.call('SREM', KEYS[1], node)
  elseif node ~= KEYS[2] then
    for place, found in ipairs(redis.call('HMGET', node, unpack(ARGV))) do
      if found then counts[place] = counts[place] + tonumber(found) end
    end
  end
end
return counts
"""
"""How often each of ARGV is connected on the nodes in KEYS[1] other than KEYS[2]."""

Question = tuple[list[str], "asyncio.Future[Mapping[str, int]]"]


class _LeaseLost(Exception):
    """The other nodes took this one for dead: it was silent for too long, or Redis has been emptied."""


class RedisSessions:
    """The connections of the node named `node`, whose numbers are `held`, as the other nodes see them."""

    def __init__(self, url: str, node: str, held: Mapping[str, int]) -> None:
        self._redis = Redis.from_url(
            url,
            socket_connect_timeout=ANSWERS_WITHIN,
            socket_timeout=ANSWERS_WITHIN,
            retry=Retry(NoBackoff(), 0),
        )
        # Its own for each life of a node, so that no life is counted for another.
        self._key = f"{NODES}:{node}/{secrets.token_hex(4)}"
        self._held = held
        self._changed: set[str] = set()
        self._questions: list[Question] = []
        self._work = asyncio.Event()
        self._is_told = False

    async def count(self, keys: Iterable[str]) -> Mapping[str, int]:
        """How many connections there are on the other nodes; nothing while Redis is away."""
        if not self._is_told:
            return {}
        keys = list(keys)
        answer: asyncio.Future[Mapping[str, int]] = asyncio.get_running_loop().create_future()
        self._questions.append((keys, answer))
        self.changed(keys)
        return await answer

    def changed(self, keys: Iterable[str]) -> None:
        """Tell the other nodes soon what is held for these keys now."""
        self._changed.update(keys)
        self._work.set()

    async def run(self) -> None:
        """Tell the other nodes everything once, then what changes, until cancelled."""
        while True:
            try:
                await self._tell_all()
                while True:
                    await self._exchange()
                    heed_cancelling()
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(RENEW_EVERY):
                            await self._work.wait()
            except (_LeaseLost, *AWAY) as error:
                if self._is_told:
                    log.warning("sessions_not_shared", error=type(error).__name__)
            finally:
                self._is_told = False
                self._give_up(self._questions)
            await asyncio.sleep(RETRY_AFTER)

    async def close(self) -> None:
        """Take this node's connections out."""
        with contextlib.suppress(*AWAY):
            async with self._redis.pipeline() as pipeline:
                pipeline.delete(self._key)
                pipeline.srem(NODES, self._key)
                await pipeline.execute()
        await self._redis.aclose()

    async def _tell_all(self) -> None:
        # What changes while this is on its way is told in the first exchange.
        self._changed.clear()
        async with self._redis.pipeline() as pipeline:
            pipeline.delete(self._key)
            pipeline.hset(self._key, items=["", 0, *_flat(self._held)])
            pipeline.expire(self._key, LEASE)
            pipeline.sadd(NODES, self._key)
            await pipeline.execute()
        self._is_told = True

    async def _exchange(self) -> None:
        self._work.clear()
        changed, self._changed = self._changed, set()
        asked, self._questions = self._questions[:MOST_AT_ONCE], self._questions[MOST_AT_ONCE:]
        if self._questions:
            self._work.set()
        try:
            async with self._redis.pipeline() as pipeline:
                pipeline.expire(self._key, LEASE)
                self._write(pipeline, changed)
                if keys := sorted({key for keys, _ in asked for key in keys}):
                    pipeline.eval(COUNT, 2, NODES, self._key, *keys)
                answers = await pipeline.execute()
            if not answers[0]:
                raise _LeaseLost
            counts = dict(zip(keys, answers[-1], strict=True)) if keys else {}
            for mine, answer in asked:
                if not answer.done():
                    answer.set_result({key: counts[key] for key in mine})
        finally:
            self._give_up(asked)

    def _write(self, pipeline: Pipeline, changed: Iterable[str]) -> None:
        now = {key: self._held.get(key, 0) for key in changed}
        if held := {key: number for key, number in now.items() if number}:
            pipeline.hset(self._key, items=_flat(held))
        if gone := [key for key, number in now.items() if not number]:
            pipeline.hdel(self._key, *gone)

    def _give_up(self, questions: list[Question]) -> None:
        for _, answer in questions:
            if not answer.done():
                answer.set_result({})
        questions.clear()


def _flat(numbers: Mapping[str, int]) -> list[str | int]:
    return [part for pair in numbers.items() for part in pair]
