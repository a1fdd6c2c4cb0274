"""What replies answer, where that stands elsewhere in the log: shown above them, with the way to it."""

from collections.abc import Sequence

from app.events import Line
from app.lines import shown
from app.site import Identity, Site
from store.lines import single_lines
from store.marks import mark_of
from store.prepared import through


async def quoted(site: Site, who: Identity, discussion_id: str, lines: Sequence[Line]) -> dict[int, Line]:
    """What these lines answer and is not among them, by its number.

    What `who` does not see is not in it, nor anything where she is not in the discussion.
    """
    there = {line.seq for line in lines}
    wanted = sorted({line.reply_to for line in lines if line.reply_to} - there)
    if not wanted:
        return {}
    async with site.database.read() as session:
        mark = await through(session, mark_of, discussion_id, who.person_id)
        if mark is None:
            return {}
        from_seq, _, head = mark
        inside = [seq for seq in wanted if from_seq <= seq <= head]
        found = await through(session, single_lines, discussion_id, inside)
    return {line.seq: shown(line) for line in found}
