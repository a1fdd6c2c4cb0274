"""What the bench writes at once is what the use cases would have left, on both databases."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from sqlalchemy import select

from app.discussions import entries, mark_read, overview
from app.folders import tree
from app.mailbox import box, unread
from app.site import Identity, Site
from bench.generate import Mailbox, Talk, fill
from store.columns import table_of
from store.tables import Entry, Message, Participation
from tests import factories
from tests.app.circles import reply

FRIENDS = ["ann", "ben", "cem", "dan", "eva"]
entry = table_of(Entry)
PARTS = (Mailbox("owner", FRIENDS, 40), Talk("Long", "owner", FRIENDS, 60))
FILED = (Mailbox("owner", FRIENDS, 40, filed=True),)


async def test_numbers_are_those_of_counting(site: Site) -> None:
    """Heads, counts, marks and mirrors of every row, counted line by line."""
    await filled(site)
    async with site.database.read() as session:
        rooms = {row.id: row for row in await session.execute(select(table_of(Message)))}
        lines = (await session.execute(select(entry).order_by(entry.c.message_id, entry.c.seq))).all()
        seats = (await session.execute(select(table_of(Participation)))).all()
    assert len(rooms) == 41
    for room in rooms.values():
        log = [line for line in lines if line.message_id == room.id]
        inside = {seat.person_id for seat in seats if seat.message_id == room.id}
        assert [line.seq for line in log] == list(range(1, room.head_seq + 1))
        assert [line.reply_count for line in log] == list(range(1, room.reply_count + 1))
        assert {line.author_id for line in log} <= inside
        assert (log[0].author_id, log[0].body, log[-1].created_at) == (
            room.author_id,
            room.body,
            room.last_entry_at,
        )
        assert (room.mirrored_seq, room.participant_count) == (room.head_seq, len(inside))
        assert room.answered == any(line.author_id != room.author_id for line in log)
    for seat in seats:
        log = [line for line in lines if line.message_id == seat.message_id]
        others = [line.seq for line in log if line.author_id != seat.person_id]
        assert seat.own_count == len(log) - len(others)
        assert seat.read_count == sum(seq <= seat.read_seq for seq in others)
        assert seat.unread == sum(seq > seat.read_seq for seq in others)
        assert seat.read_seq >= max((line.seq for line in log if line.seq not in others), default=0)


async def test_life_goes_on_in_them(site: Site) -> None:
    """Boxes, badge and logs show what was written, and a reply and a mark move it on."""
    who = await filled(site)
    [long, *others] = (await box(site, who, "progress", limit=100)).items
    assert (long.subject, long.head, len(others)) == ("Long", 60, 40)
    badge = (await unread(site, who)).count
    assert badge == sum(row.unread > 0 for row in (long, *others))
    assert len((await entries(site, who, long.id, limit=200)).items) == 60
    await mark_read(site, who, long.id, 45)
    own = (await overview(site, who, long.id)).own
    assert (own.read_seq, own.unread) == (45, 15)
    await reply(site, who, long.id)
    assert (await overview(site, who, long.id)).own.unread == 0
    assert (await unread(site, who)).count == badge - 1


async def test_one_third_is_filed_and_one_third_trashed(site: Site) -> None:
    """Boxes and counts agree, and a reply brings back what is in the trash."""
    who = await filled(site, FILED)
    [folder] = await tree(site, who)
    places = {f"folder:{folder.id}": 14, "trash": 13, "progress": 27}
    rows = {name: (await box(site, who, name, limit=100)).items for name in places}
    assert {name: len(found) for name, found in rows.items()} == places
    assert folder.unread == sum(row.unread > 0 for row in rows[f"folder:{folder.id}"])
    assert (await unread(site, who)).count == sum(row.unread > 0 for row in rows["progress"])
    await reply(site, who, rows["trash"][0].id)
    assert len((await box(site, who, "trash", limit=100)).items) == 12


async def filled(site: Site, parts: Sequence[Mailbox | Talk] = PARTS) -> Identity:
    """A site with the generated data; the one whose mailbox it is."""
    [owner, *_] = await factories.people(site, "owner", *FRIENDS)
    with ThreadPoolExecutor(1) as apart:  # it has an event loop of its own
        apart.submit(fill, site.settings.database_url, parts, seed=7).result()
    return owner
