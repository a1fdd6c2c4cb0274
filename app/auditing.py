"""What admins and operators did, written down with the deed itself: both are there, or neither.

A line tells who did what to whom, by the names of that moment; never a word of anybody's messages.
"""

from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.site import Identity, Site
from store import audit
from store.tables import Audit

Action = Literal[
    "person_created",
    "person_changed",
    "person_invited",
    "person_suspended",
    "person_resumed",
    "person_erased",
    "person_exported",
    "password_reset",
    "group_created",
    "group_renamed",
    "group_deleted",
    "member_added",
    "member_removed",
    "rule_set",
    "rule_deleted",
    "rules_imported",
    "people_imported",
    "people_exported",
    "groups_exported",
    "rules_exported",
    "session_ended",
    "token_created",
]
"""What can be told. Each has a sentence in the catalogues."""

ABOUT_LENGTH = 200


def note(
    site: Site,
    session: AsyncSession,
    who: Identity | None,
    action: Action,
    *,
    about_id: str | None = None,
    about: str = "",
    detail: str = "",
) -> None:
    """Write down what `who` (None: somebody at the command line) does in this transaction.

    `about` names a person, group or rule; `detail` what of it changed, in names and numbers.
    """
    line = Audit(
        at=site.now(),
        actor_id=who.person_id if who else None,
        action=action,
        about_id=about_id,
        about=about[:ABOUT_LENGTH],
        detail=detail,
    )
    audit.add(session, line)
