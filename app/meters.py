"""What one node counts and times on a reply's way, as plain numbers: `/metrics` tells them.

Counting must cost nothing beside what is counted. A histogram of the Prometheus library takes some 2 µs for one
observation, these 0.4; so the library is asked only when somebody reads.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence

REPLIES = (1, 2, 4, 8, 16, 32, 64, 128, 256, 512)
SECONDS = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class Spread:
    """How the values of one quantity are spread: how many fall up to each bound, and their sum."""

    __slots__ = ("bounds", "counts", "sum")

    def __init__(self, bounds: Sequence[float]) -> None:
        self.bounds = bounds
        self.counts = [0] * (len(bounds) + 1)
        """Values per bucket (not added up); the last is for those beyond every bound."""
        self.sum = 0.0

    def observe(self, value: float) -> None:
        """Take in one value."""
        self.counts[bisect_left(self.bounds, value)] += 1
        self.sum += value


class Meters:
    """The figures of one node since it started. Nothing in them tells who wrote, to whom, or what."""

    __slots__ = (
        "batches",
        "caught_up",
        "closes",
        "commits",
        "delivered",
        "lags",
        "loop_lags",
        "repairs",
        "replies",
        "resumes",
    )

    def __init__(self) -> None:
        self.batches = Spread(REPLIES)
        """Replies that went into one commit together."""
        self.commits = Spread(SECONDS)
        """Seconds of a commit of replies, waiting for its turn to write included."""
        self.lags = Spread(SECONDS)
        """Seconds from a commit until its lines were written to every connection of this node."""
        self.loop_lags = Spread(SECONDS)
        """Seconds by which a timer of the event loop was late."""
        self.replies = Counter({"stored": 0, "repeated": 0, "unavailable": 0})
        """Replies by what became of them: `stored`, `repeated` or the code of the refusal."""
        self.delivered = 0
        """Lines written to connections live: as many per line as there were members."""
        self.caught_up = 0
        """Lines written to connections that had missed them."""
        self.repairs = Counter({"hole": 0, "watch": 0, "joined": 0})
        """What rings did not bring and the store did: a `hole` before a line, a room that the `watch` found behind,
        a discussion that somebody had `joined`."""
        self.resumes = Counter({"complete": 0, "reset": 0, "gone": 0})
        """Discussions resumed: `complete`, `reset` or `gone`."""
        self.closes: Counter[int] = Counter()
        """Live connections that ended, by close code."""
