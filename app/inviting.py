"""Links into an account: an invitation, or another password for who has forgotten hers.

Whoever holds the link chooses a password, once. Of its secret, 256 random bits, only a keyed hash is kept.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec
from limits import RateLimitItemPerMinute

from app.auditing import Action, note
from app.choosing import strong_enough
from app.errors import Forbidden, NotFound
from app.events import SignInEnded
from app.passwords import hash_passwords
from app.sign_in import SignedIn, begin_in, new_secret, secret_hash
from app.site import Identity, Site
from store import account_links, people, sign_ins
from store.tables import AccountLink

Purpose = Literal["invitation", "reset"]

RESET_WITHIN = timedelta(hours=1)
FAILURES_PER_ADDRESS = RateLimitItemPerMinute(50, 5)
"""Links that are good for nothing, from one address, on all nodes together. A whole class may come in from one."""


class Invitation(msgspec.Struct, frozen=True):
    """A link that was just made. `secret` belongs into its address and is kept nowhere else."""

    purpose: Purpose
    login: str
    secret: str
    expires_at: datetime

    @property
    def path(self) -> str:
        """The path of the link on this site."""
        return f"/welcome/{self.secret}"

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Invitation({self.purpose}, {self.login}, until {self.expires_at:%Y-%m-%d %H:%M})"


class Invited(msgspec.Struct, frozen=True):
    """Whom a link lets in, and whether for the first time."""

    login: str
    name: str
    purpose: str


async def invite(site: Site, who: Identity | None, person_id: str) -> Invitation:
    """A link by which this person chooses her first password; her earlier links end.

    `who` asks for it (None: somebody at the command line). Raises `Forbidden`, `NotFound`.
    """
    within = timedelta(hours=site.settings.invitation_hours)
    return await _link(site, who, person_id, "invitation", within)


async def reset(site: Site, who: Identity | None, person_id: str) -> Invitation:
    """A link by which this person chooses another password; her earlier links end. Her password stays until then.

    Raises `Forbidden`, `NotFound`.
    """
    return await _link(site, who, person_id, "reset", RESET_WITHIN)


async def invited_by(site: Site, secret: str, *, address: str) -> Invited:
    """Whom this link lets in; looking uses nothing up.

    Raises `NotFound`, the same for what is unknown, used or too old, and `RateLimited`.
    """
    await site.throttle.check(FAILURES_PER_ADDRESS, "account_link", address)
    async with site.database.read() as session:
        found = await account_links.whose(session, secret_hash(site.settings, secret), site.now())
    if found is None:
        await site.throttle.spend(FAILURES_PER_ADDRESS, "account_link", address)
        raise NotFound
    person, purpose = found
    return Invited(person.login, person.name, purpose)


async def choose_password(
    site: Site, secret: str, password: str, *, address: str, user_agent: str
) -> SignedIn:
    """Use the link up: `password` is hers from now on, and she is signed in here and nowhere else.

    Whatever else let somebody act as her ends: sessions, access tokens, other links.
    Raises `NotFound` as `invited_by` does, `InvalidInput` for a password that will not do, `RateLimited`.
    """
    invited = await invited_by(site, secret, address=address)
    strong_enough(password, invited.login)
    (password_hash,) = await hash_passwords([password])
    now = site.now()
    async with site.database.write() as session:
        person = await account_links.use(session, secret_hash(site.settings, secret), now)
        if person is None:
            raise NotFound
        await sign_ins.set_password_hash(session, person.id, password_hash)
        await account_links.end_all_of(session, person.id, now)
        ended = await sign_ins.end_all_of(session, person.id, now)
        signed_in = await begin_in(site, session, person, address=address, user_agent=user_agent)
    if ended:
        site.announce([SignInEnded(person.id, ended)])
    return signed_in


async def _link(
    site: Site, who: Identity | None, person_id: str, purpose: Purpose, within: timedelta
) -> Invitation:
    if who is not None and who.role != "admin":
        raise Forbidden
    secret, now = new_secret(), site.now()
    async with site.database.write() as session:
        person = (await people.by_ids(session, [person_id])).get(person_id)
        if person is None or person.erased_at is not None:
            raise NotFound
        await account_links.end_all_of(session, person_id, now)
        link = AccountLink(
            person_id=person_id,
            purpose=purpose,
            token_hash=secret_hash(site.settings, secret),
            created_at=now,
            expires_at=now + within,
        )
        account_links.add(session, link)
        action: Action = "person_invited" if purpose == "invitation" else "password_reset"
        note(site, session, who, action, about_id=person_id, about=person.name)
    return Invitation(purpose, person.login, secret, link.expires_at)
