"""What must be true of a `Life` once the weather is fine again; what is not is told in words."""

from app.site import Identity
from store.lines import ReadLine
from store.prepared import through
from store.unread import counts_for, unread_in
from tests.realtime.life import Life


async def astray(life: Life) -> list[str]:
    """Who does not follow exactly what she is in, up to its end."""
    inside, heads = await life.circles(), {}
    for room in life.rooms:
        heads[room] = (await life.log(room))[-1].seq
    wrong = []
    for reader in life.online():
        for room in life.rooms:
            live = reader.node.hub.rooms.get(room)
            follows = live is not None and reader.connection in live.members
            should = (reader.who.person_id, room) in inside
            at = reader.streams[room].at if room in reader.streams else None
            name = f"{reader.who.login} on {reader.node.settings.node} in {room}"
            if follows != should or (live and reader.connection in live.behind):
                wrong.append(f"{name}: follows {follows}, should {should}")
            elif should and live and live.head != heads[room]:
                wrong.append(f"{name}: the room is at {live.head} of {heads[room]}")
            elif should and at not in {None, heads[room]}:
                wrong.append(f"{name}: she is at {at} of {heads[room]}")
    return wrong


async def unanswered(life: Life) -> list[str]:
    """The posts that nobody has answered, of those who are still there."""
    return [
        str(frame)
        for reader, frame in life.posts
        if frame["id"] not in reader.answers and reader.closed is None
    ]


async def miscounted(life: Life) -> list[str]:
    """Whose last count of a discussion, or of all, is not the store's."""
    inside = await life.circles()
    async with life.database.read() as session:
        totals = await through(session, counts_for, [who.person_id for who in life.people])
        unread = await through(session, unread_in, sorted(inside))
    wrong = []
    for reader in life.online():
        told = [frame for frame in reader.frames if frame["type"] == "unread"]
        for person, room in inside:
            if person == reader.who.person_id:
                last = next((f for f in reversed(told) if f["discussion"] == room), None)
                mine = unread[person, room]
                if last is None or (last["unread"], last["read_seq"]) != (mine.unread, mine.read_seq):
                    wrong.append(f"{reader.who.login}: {last}, not {mine}")
        if told and told[-1]["count"] != totals[reader.who.person_id]:
            wrong.append(f"{reader.who.login}: {told[-1]['count']}, not {totals[reader.who.person_id]}")
    return wrong


async def check_answers(life: Life) -> None:
    """Every ack names a line that is stored as it was sent; nothing is stored twice or without being sent."""
    lines = {(room, line.seq): line for room in life.rooms for line in await life.log(room)}
    for reader, frame in life.posts:
        answer = reader.answers.get(frame["id"])
        if answer and answer["type"] == "ack":
            line = lines[answer["discussion"], answer["seq"]]
            assert (line.client_id, line.body) == (frame["client_id"], frame["body"])
            assert line.author_id == reader.who.person_id
    ids = [line.client_id for line in lines.values() if line.client_id]
    assert len(ids) == len(set(ids))
    assert set(ids) <= {frame["client_id"] for _, frame in life.posts}
    for room in life.rooms:
        assert [line.seq for line in await life.log(room)] == list(range(1, len(await life.log(room)) + 1))


async def check_bounds(life: Life) -> None:
    """Whatever anybody was told of a log is what is stored there, and lies within her bounds."""
    for room in life.rooms:
        log = await life.log(room)
        for reader in life.readers:
            seen = sight(life, reader.who, room, log)
            for frame in reader.frames:
                if frame["type"] == "entry" and frame["discussion"] == room:
                    line = log[frame["seq"] - 1]
                    assert (frame["body"], frame["kind"]) == (line.body, line.kind)
                    assert line.seq in seen, f"{reader.who.login} saw {line.seq}"


def sight(life: Life, who: Identity, room: str, log: list[ReadLine]) -> set[int]:
    """What this person may have seen of a log at one time or another."""
    seen: set[int] = set()
    first = 1 if life.began[room] & {who.person_id} else None
    for line in log:
        if line.kind == "added" and line.about_id == who.person_id:
            first = 1 if life.shared[room, line.seq] else line.seq
        elif first is not None and who.person_id == (
            line.about_id if line.kind == "removed" else line.author_id if line.kind == "stopped" else None
        ):
            seen |= set(range(first, line.seq))
            first = None
    return seen | (set(range(first, len(log) + 1)) if first is not None else set())
