"""What is told of replies that were just stored."""

import asyncio
from collections.abc import Sequence

import structlog

from app.events import EntryStored, Line
from app.lines import attached, mentioned
from app.markdown import may_be_markup, render
from app.verdicts import Verdict
from store.room import StoredLine

log = structlog.get_logger(__name__)

LONG_BODY = 2_000
"""Bodies from so many characters on are rendered off the event loop."""


async def told(verdict: Verdict, stored: Sequence[StoredLine]) -> list[EntryStored]:
    """The events of the replies that were accepted and, in the same order, stored."""
    return [
        EntryStored(
            line.message_id,
            Line(
                seq=line.seq,
                kind="reply",
                author=reply.author,
                at=line.created_at,
                body=line.body,
                attachments=attached(verdict.carried(reply)) if reply.attachments else (),
                html=await _html(line.body) if may_be_markup(line.body) else None,
                client_id=line.client_id,
                reply_to=line.reply_to_seq,
                mentions=mentioned(verdict.calls.get((line.message_id, line.seq), ()))
                if verdict.calls
                else (),
            ),
        )
        for reply, line in zip(verdict.accepted, stored, strict=True)
    ]


async def _html(body: str) -> str | None:
    try:
        return render(body) if len(body) < LONG_BODY else await asyncio.to_thread(render, body)
    except Exception:
        # The reply is stored already: better shown as it is than not at all.
        log.exception("reply_not_rendered")
        return None
