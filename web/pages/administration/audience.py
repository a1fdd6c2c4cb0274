"""Whom somebody may write to, and why; and why not."""

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from app.administration import groups, people
from app.draft_fields import Address
from app.errors import InvalidInput
from app.paging import Page
from app.rules.audience import Decision
from app.ruling import explain, whom_may
from app.site import Identity, Site
from web.pages.administration.door import admin, asked, cursor, further, identifier
from web.pages.administration.sentences import REFUSED, because_of
from web.rendering import render, site_of

MOST_REFUSED = 10
"""Of each kind whose names begin so, as many are explained."""


@dataclass(frozen=True)
class Refused:
    """Somebody or a group that may not be written to, and why not."""

    name: str
    detail: str
    decision: Decision


async def show(request: Request) -> Response:
    """Those who may be written to; where something was looked for, also those who may not."""
    me, site, q = admin(request), site_of(request), asked(request, "q")
    account = await people.get(site, me, identifier(request))
    try:
        found = await whom_may(site, account.id, q, cursor(request))
    except InvalidInput:
        found = Page([], None)
    return await render(
        request,
        "administration/audience.html",
        here="people",
        account=account,
        q=q,
        found=found,
        further=further(request, found.next),
        refused=await _refused(site, me, account.id, q) if q.strip() and not cursor(request) else [],
        because_of=because_of,
        reasons=REFUSED,
    )


async def _refused(site: Site, me: Identity, writer_id: str, q: str) -> list[Refused]:
    """Those whose names begin so and who may not be written to."""
    refused = []
    for group in (await groups.find(site, me, q, limit=MOST_REFUSED)).items:
        decision = await explain(site, writer_id, Address("group", group.id))
        if not decision.allowed:
            refused.append(Refused(group.name, "", decision))
    for person in (await people.find(site, me, q, limit=MOST_REFUSED)).items:
        decision = await explain(site, writer_id, Address("person", person.id))
        if not decision.allowed:
            refused.append(Refused(person.name, person.login, decision))
    return refused
