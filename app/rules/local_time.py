"""What a clock on the wall shows, as a moment: also in the nights in which clocks are changed."""

from datetime import UTC, datetime, timedelta, tzinfo


def moment_of(wall: datetime, zone: tzinfo) -> datetime:
    """The first moment (in UTC) at which clocks in `zone` show `wall`, which has no zone itself.

    A time that comes twice, when clocks are put back, is the first of both. One that clocks leave out, when they are
    put forward, is the moment at which they do so.
    """
    moment = wall.replace(tzinfo=zone, fold=0).astimezone(UTC)
    if moment.astimezone(zone).replace(tzinfo=None) == wall:
        return moment
    # Read with the offset of after the change it lies before it, and the other way round (PEP 495).
    before = wall.replace(tzinfo=zone, fold=1).astimezone(UTC)
    return _change_between(before, moment, zone)


def _change_between(before: datetime, after: datetime, zone: tzinfo) -> datetime:
    offset = before.astimezone(zone).utcoffset()
    apart = int((after - before).total_seconds())
    low, high = 0, apart
    while high - low > 1:
        middle = (low + high) // 2
        if (before + timedelta(seconds=middle)).astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)
