"""Messages forgotten unsent are pointed out: one's own, after an hour, until one does not want to hear of them."""

from dataclasses import replace
from datetime import datetime, timedelta

from app.drafts import DraftFields, change, create
from app.forgotten import forgotten
from app.site import Site
from store.columns import utc_now
from tests.factories import discussion, people


def at(site: Site, moment: datetime) -> Site:
    """The site as it is at this moment."""
    return replace(site, now=lambda: moment)


async def test_after_an_hour(site: Site) -> None:
    """Not before, and again from the last change on; sent messages and others' drafts never."""
    ann, bob = await people(site, "ann", "bob")
    noon = utc_now()
    await discussion(at(site, noon), ann, [bob])
    draft = await create(at(site, noon), ann, DraftFields(body="x"))
    assert await forgotten(at(site, noon + timedelta(minutes=59)), ann) is None
    later = at(site, noon + timedelta(minutes=61))
    found = await forgotten(later, ann)
    assert found
    assert (found.count, found.oldest, found.since) == (1, draft.id, noon)
    assert await forgotten(later, bob) is None
    await change(later, ann, draft.id, DraftFields(body="y"), version=1)
    assert await forgotten(later, ann) is None


async def test_dismissed(site: Site) -> None:
    """Who does not want to hear of them is told again only of those that are forgotten later."""
    (ann,) = await people(site, "ann")
    noon = utc_now()
    hours = [at(site, noon + timedelta(hours=hour)) for hour in range(9)]
    drafts = [await create(hours[hour], ann, DraftFields(body="x")) for hour in (0, 1, 4)]
    found = await forgotten(hours[3], ann)
    assert found
    assert (found.count, found.oldest) == (2, drafts[0].id)
    dismissed = hours[3].now()
    assert await forgotten(hours[3], ann, dismissed_at=dismissed) is None
    found = await forgotten(hours[6], ann, dismissed_at=dismissed)
    assert found
    assert (found.count, found.oldest) == (1, drafts[2].id)
