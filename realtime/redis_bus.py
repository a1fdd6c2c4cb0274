"""The bus over Redis publish/subscribe.

Redis may vanish, freeze and come back at any time; nobody waits for it. What may have been lost meanwhile is made
good from the store: after every (re)connection the hub is told that it has caught up and must compare, and after
a lost publication all other nodes are asked to look again.
"""

import asyncio
import contextlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable, Sequence

import msgspec
import structlog
from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import RedisError

from app.events import AboutPerson
from realtime.bus import EVERYBODY, Heard, LookAgain, Ring, channel_of

log = structlog.get_logger(__name__)

SILENCE = 2.0
"""Seconds without a word from Redis after which it is asked for a sign of life, and given as long to answer."""
RETRY_AFTER = 0.5
"""Seconds between two tries to reach Redis."""
MOST_QUEUED = 10_000
"""Publications that wait for Redis; more are lost, as a doorbell may be."""
MOST_AT_ONCE = 256
"""Publications in one round trip."""

AWAY = (RedisError, OSError, TimeoutError)


class _Envelope(msgspec.Struct, frozen=True, array_like=True):
    origin: str
    rings: list[Ring]


class RedisBus:
    """The bus of the node named `node`, over the Redis at `url`."""

    def __init__(self, url: str, node: str) -> None:
        # One try per call: redis-py by itself would go on for a minute where we want to be told at once.
        self._redis = Redis.from_url(
            url, socket_connect_timeout=1, socket_timeout=SILENCE, retry=Retry(NoBackoff(), 0)
        )
        # Its own even if two processes were given one name: a node must hear every other.
        self._origin = f"{node}/{secrets.token_hex(4)}"
        self._encode = msgspec.msgpack.Encoder().encode
        self._decode = msgspec.msgpack.Decoder(_Envelope).decode
        self._wanted: set[str] = {EVERYBODY}
        self._asked: set[str] = set()
        self._confirmed: set[str] = set()
        self._confirmations: dict[str, asyncio.Future[None]] = {}
        self._subscriber: PubSub | None = None
        self._writing = asyncio.Lock()
        self._queue: deque[tuple[str, bytes]] = deque(maxlen=MOST_QUEUED)
        self._queued = asyncio.Event()
        self._lost = False
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def healthy(self) -> bool:
        """Whether rings reach the other nodes at the moment."""
        return self._subscriber is not None and not self._lost

    async def start(self, heard: Heard, caught_up: Callable[[], None]) -> None:
        """Begin to listen; comes back at once when Redis is there, and soon when it is not."""
        self._heard = heard
        self._caught_up = caught_up
        first = self._confirmation(EVERYBODY)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._publish())]
        await self._within_silence([first])

    async def subscribe(self, channels: Iterable[str]) -> None:
        """Follow these channels; comes back when Redis has confirmed it, or at once while Redis is away."""
        channels = list(channels)
        self._wanted.update(channels)
        if self._subscriber is None:
            return
        confirmations = [
            self._confirmation(channel) for channel in channels if channel not in self._confirmed
        ]
        if confirmations:
            await self._ask(self._subscriber)
            await self._within_silence(confirmations)

    def unsubscribe(self, channels: Iterable[str]) -> None:
        """No longer follow these channels; Redis is told when there is something else to tell it."""
        self._wanted.difference_update(channels)

    def publish(self, channel: str, rings: Sequence[Ring]) -> None:
        """Ring the other nodes that follow `channel`. Never waits; may be lost."""
        self._lost = self._lost or len(self._queue) == MOST_QUEUED
        self._queue.append((channel, self._encode(_Envelope(self._origin, list(rings)))))
        self._queued.set()

    async def close(self) -> None:
        """Stop listening and publishing."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._redis.aclose()

    async def _listen(self) -> None:
        while True:
            heed_cancelling()
            subscriber = self._redis.pubsub()
            try:
                await self._listen_to(subscriber)
            except AWAY as error:
                if self._subscriber is not None:
                    log.warning("redis_away", error=type(error).__name__)
            finally:
                self._subscriber = None
                self._confirmed.clear()
                self._give_up_waiting()
                with contextlib.suppress(*AWAY):
                    await subscriber.aclose()  # type: ignore[no-untyped-call]
            await asyncio.sleep(RETRY_AFTER)

    async def _listen_to(self, subscriber: PubSub) -> None:
        self._asked = set(self._wanted)
        await subscriber.subscribe(*self._asked)
        self._subscriber = subscriber
        # Whoever began to follow a channel meanwhile was not made to wait, nor has asked.
        await self._ask(subscriber)
        missing, asked = set(self._wanted), False
        while True:
            heed_cancelling()
            message = await subscriber.get_message(timeout=SILENCE)
            if message is None:
                await self._ask(subscriber)
                if asked:
                    raise TimeoutError
                async with self._writing:
                    await subscriber.ping()
                asked = True
                continue
            asked = False
            if message["type"] == "message":
                self._hear(message["data"])
            elif message["type"] == "subscribe":
                self._confirm(message["channel"].decode(), missing)

    def _hear(self, data: bytes) -> None:
        try:
            envelope = self._decode(data)
        except (msgspec.DecodeError, msgspec.ValidationError):
            # A node of another version rings: what it said is in the store.
            log.warning("ring_not_understood")
            self._caught_up()
            return
        if envelope.origin != self._origin:
            self._heard(envelope.rings)

    def _confirm(self, channel: str, missing: set[str]) -> None:
        again = channel in self._confirmed
        self._confirmed.add(channel)
        if waiting := self._confirmations.pop(channel, None):
            waiting.set_result(None)
        was_missing = bool(missing)
        missing.discard(channel)
        # A second confirmation is the only sign of a connection that redis-py lost and made again by itself.
        if again or (was_missing and not missing):
            self._caught_up()

    def _confirmation(self, channel: str) -> "asyncio.Future[None]":
        if channel not in self._confirmations:
            self._confirmations[channel] = asyncio.get_running_loop().create_future()
        return self._confirmations[channel]

    def _give_up_waiting(self) -> None:
        for waiting in self._confirmations.values():
            if not waiting.done():
                waiting.set_result(None)
        self._confirmations.clear()

    async def _within_silence(self, confirmations: list["asyncio.Future[None]"]) -> None:
        await asyncio.wait(confirmations, timeout=SILENCE)

    async def _ask(self, subscriber: PubSub) -> None:
        """Tell Redis what is wanted now: by comparing, so that no order of calls can leave a channel out."""
        try:
            async with self._writing:
                new, old = self._wanted - self._asked, self._asked - self._wanted
                self._asked = set(self._wanted)
                self._confirmed -= old
                if new:
                    await subscriber.subscribe(*new)
                if old:
                    await subscriber.unsubscribe(*old)
        except AWAY:
            # The listener notices too, connects again and then follows everything that is wanted.
            log.info("redis_away", during="subscribe")

    async def _publish(self) -> None:
        while True:
            heed_cancelling()
            if not self._lost:
                await self._queued.wait()
            self._queued.clear()
            try:
                if self._lost:
                    await self._redis.publish(EVERYBODY, self._encode(_Envelope(self._origin, [LookAgain()])))
                    self._lost = False
                await self._publish_queued()
            except AWAY:
                self._lost = True
                self._queue.clear()
                await asyncio.sleep(RETRY_AFTER)

    async def _publish_queued(self) -> None:
        while self._queue:
            batch = [self._queue.popleft() for _ in range(min(len(self._queue), MOST_AT_ONCE))]
            async with self._redis.pipeline(transaction=False) as pipeline:
                for channel, data in batch:
                    pipeline.publish(channel, data)
                await pipeline.execute()


def heed_cancelling() -> None:
    """End the task that runs this if somebody has cancelled it.

    redis-py waits for what it writes by `asyncio.wait_for`, which in Python 3.11 may swallow being cancelled.
    """
    task = asyncio.current_task()
    if task is not None and task.cancelling():
        raise asyncio.CancelledError


async def ring_once(url: str, node: str, events: Sequence[AboutPerson]) -> bool:
    """Ring the nodes about people's events from a process that serves nobody; whether Redis took it."""
    encode = msgspec.msgpack.Encoder().encode
    redis = Redis.from_url(url, socket_connect_timeout=1, socket_timeout=SILENCE, retry=Retry(NoBackoff(), 0))
    try:
        for event in events:
            await redis.publish(channel_of(event), encode(_Envelope(node, [event])))
    except AWAY:
        return False
    finally:
        await redis.aclose()
    return True
