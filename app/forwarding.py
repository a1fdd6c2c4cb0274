"""Forwarding: what somebody wrote, quoted in a new message of one's own, with the same files."""

from collections.abc import Callable

from app import discussions, drafts
from app.bodies import MOST
from app.draft_fields import MAX_SUBJECT
from app.drafts import Draft, DraftFields
from app.errors import NotFound
from app.events import Line
from app.site import Identity, Site

CUT = "> …"
"""The last line of a quotation that would be too long."""

Introduce = Callable[[Line], str]
"""The sentence over the quotation, in the forwarder's language: who wrote it and when."""


async def forward(
    site: Site,
    who: Identity,
    discussion_id: str,
    seq: int | None,
    *,
    introduce: Introduce,
    retitle: Callable[[str], str],
) -> Draft:
    """A draft that quotes a message or reply (None: the first that `who` sees) and carries its files, not copied.

    `retitle` makes the new subject of the old. Raises `NotFound` for what she does not see, or what nobody wrote.
    """
    overview = await discussions.overview(site, who, discussion_id)
    line = await _written(site, who, discussion_id, seq)
    fields = DraftFields(
        subject=retitle(overview.subject)[:MAX_SUBJECT] if overview.subject else "",
        body=quotation(introduce(line), line.body),
        attachments=[file.id for file in line.attachments],
    )
    return await drafts.create(site, who, fields)


def quotation(introduction: str, body: str) -> str:
    """`body` as a Markdown quotation below its introduction and room for own words; cut where it is too long."""
    begin = f"\n\n{introduction}\n\n"
    lines = [f"> {line}" if line else ">" for line in body.split("\n")]
    whole = begin + "\n".join(lines)
    if len(whole) <= MOST:
        return whole
    return f"{whole[: MOST - len(CUT) - 1]}\n{CUT}"


async def _written(site: Site, who: Identity, discussion_id: str, seq: int | None) -> Line:
    found = await discussions.entries(
        site, who, discussion_id, after=(seq or 1) - 1, limit=1 if seq else discussions.MOST_ENTRIES
    )
    for line in found.items:
        if line.kind in ("message", "reply") and seq in (None, line.seq):
            return line
    raise NotFound
