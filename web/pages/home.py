"""The home page: what is new, what goes on, what waits to be sent, with whom. Each thing once."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from app import drafts, mailbox
from app.drafts import Draft
from app.events import PersonRef
from app.mailbox import Row
from app.site import Identity, Site
from web.identity import who
from web.pages.boxes import counts
from web.rendering import render, site_of

LOOKED_AT = 100
MOST_NEW = 10
MOST_IN_PROGRESS = 10
MOST_DRAFTS = 5
MOST_CORRESPONDENTS = 8


@dataclass(frozen=True)
class Home:
    """What the blocks hold; `more_…` says that there is more than is shown."""

    new: Sequence[Row]
    more_new: bool
    progress: Sequence[Row]
    more_progress: bool
    drafts: Sequence[Draft]
    more_drafts: bool
    correspondents: Sequence[PersonRef]


async def show(request: Request) -> Response:
    """The home page."""
    site, me = site_of(request), who(request)
    return await render(request, "home.html", home=await home_of(site, me), counts=await counts(site, me))


async def home_of(site: Site, me: Identity) -> Home:
    """What the blocks of a person's home hold now."""
    page = await mailbox.box(site, me, "progress", limit=LOOKED_AT)
    waiting = await drafts.list_drafts(site, me, limit=MOST_DRAFTS)
    new = [row for row in page.items if row.is_new]
    read = [row for row in page.items if not row.is_new]
    return Home(
        new=new[:MOST_NEW],
        more_new=len(new) > MOST_NEW,
        progress=read[:MOST_IN_PROGRESS],
        more_progress=len(read) > MOST_IN_PROGRESS or page.next is not None,
        drafts=waiting.items,
        more_drafts=waiting.next is not None,
        correspondents=_main_correspondents(page.items),
    )


def _main_correspondents(rows: Sequence[Row]) -> list[PersonRef]:
    """With whom one shares most of the latest discussions; a discussion of two counts most."""
    shared: Counter[str] = Counter()
    people: dict[str, PersonRef] = {}
    for row in rows:
        for person in row.people:
            people.setdefault(person.id, person)
            shared[person.id] += 3 if row.participant_count == 2 else 1
    return [people[person_id] for person_id, _ in shared.most_common(MOST_CORRESPONDENTS)]
