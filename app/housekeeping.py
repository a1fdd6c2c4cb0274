"""What is tidied up in the background, in whichever process does it."""

import asyncio
from datetime import timedelta

import msgspec
import structlog

from app.deleting import empty_trash
from app.erasing import finish_erasing
from app.purging import purge_abandoned
from app.site import Site
from app.tidying import tidy_files
from store import account_links, sign_ins
from store.database import StoreUnavailable

log = structlog.get_logger(__name__)

EVERY = timedelta(hours=1)
AGAIN_AFTER = timedelta(minutes=1)
"""When it is tried again after the store was away."""
KEEP_ENDED = timedelta(days=30)
"""How long an ended sign-in can still be looked at before it is deleted."""


async def purge_sign_ins(site: Site) -> int:
    """Delete sessions, tokens and links that ended, expired or were left unused long ago; returns how many."""
    now = site.now()
    idle = timedelta(days=site.settings.session_idle_days)
    async with site.database.write() as session:
        links = await account_links.purge(session, now - KEEP_ENDED)
        return links + await sign_ins.purge(
            session, ended_before=now - KEEP_ENDED, seen_before=now - KEEP_ENDED - idle
        )


async def keep_house(site: Site) -> None:
    """Tidy up now and every hour, until cancelled; sooner again if the store was away."""
    while True:
        pause = EVERY
        try:
            log.info("sign_ins_purged", count=await purge_sign_ins(site))
            log.info("erasings_finished", count=await finish_erasing(site))
            log.info("trash_emptied", count=await empty_trash(site))
            log.info("discussions_purged", count=await purge_abandoned(site))
            tidied = await tidy_files(site)
            log.info("files_tidied", **msgspec.structs.asdict(tidied))
        except StoreUnavailable:
            log.warning("housekeeping_postponed")
            pause = AGAIN_AFTER
        await asyncio.sleep(pause.total_seconds())
