"""What a message being written leaves behind, and what is said about it."""

import re

from playwright.async_api import Locator, Page, expect
from sqlalchemy import update
from sqlmodel import col

from app import drafts
from app.own_settings import change
from app.sign_in import identify
from app.site import Identity
from store.tables import Session
from tests.journeys.place import Place, Visitor

SAVED = re.compile(r"Saved at \d\d:\d\d")


def notice(tab: Page, state: str) -> Locator:
    """What is said beside the message while it is in this state."""
    return tab.locator(f".saving-notice [data-state={state}]")


async def drafts_of(place: Place, visitor: Visitor) -> list[drafts.Draft]:
    """All drafts of this visitor, last changed first."""
    return list((await drafts.list_drafts(place.site, visitor.who)).items)


async def bodies(place: Place, visitor: Visitor, expected: list[str]) -> bool:
    """Whether her drafts say exactly this; never more drafts than that."""
    found = [draft.body for draft in await drafts_of(place, visitor)]
    assert len(found) <= len(expected), found
    return found == expected


async def refused_send(tab: Page, place: Place, reader: Identity, text: str) -> None:
    """Write this and send it to somebody who stopped taking messages since the page was shown: it is refused."""
    await tab.locator("#body").fill(text)
    await change(place.site, reader, messaging=False)
    await tab.get_by_role("button", name="Send", exact=True).click()
    await expect(tab.locator("#problems")).to_contain_text(reader.name)


async def end_session(place: Place, visitor: Visitor) -> None:
    """As the end of its time ends a session, while its page is open."""
    (cookie,) = [one for one in await visitor.context.cookies() if one["name"] == "parley"]
    who = await identify(place.site, cookie=cookie["value"])
    assert who
    async with place.site.database.write() as session:
        over = update(Session).where(col(Session.id) == who.session_id)
        await session.execute(over.values(expires_at=place.site.now()))
