"""Changing one's own password."""

from datetime import datetime

import msgspec
from limits import RateLimitItemPerMinute

from app.choosing import strong_enough
from app.errors import FieldError, Forbidden, InvalidInput, NotFound, NotSignedIn
from app.events import SignInEnded
from app.passwords import check_password, hash_passwords
from app.sign_in import new_secret, secret_hash
from app.site import Identity, Site
from store import account_links, own_sign_ins, people, sign_ins
from store.tables import Person

TRIES = RateLimitItemPerMinute(10, 5)


class Renewed(msgspec.Struct, frozen=True):
    """This sign-in goes on under another secret, for the cookie; `ended` others do not."""

    secret: str
    expires_at: datetime
    ended: int

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Renewed(ended={self.ended})"


async def has_password(site: Site, who: Identity) -> bool:
    """Whether she can sign in with a password at all."""
    person = await _herself(site, who)
    return person is not None and person.password_hash is not None


async def given_again(site: Site, who: Identity, password: str, *, field: str) -> Person:
    """Who she is, once she has given her password again (anything, for somebody who has none).

    Raises `InvalidInput` (`field` is `wrong`), `RateLimited`, `NotFound` for somebody who is gone, and `Forbidden` for
    a program.
    """
    if who.via != "session":
        raise Forbidden("Only somebody who is signed in in a browser may do this.")
    await site.throttle.spend(TRIES, "own_password", who.person_id)
    person = await _herself(site, who)
    if person is None:
        raise NotFound
    if person.password_hash is not None and not (await check_password(person.password_hash, password))[0]:
        raise InvalidInput(FieldError(field, "wrong", "This is not the password."))
    return person


async def change(site: Site, who: Identity, old: str, new: str) -> Renewed:
    """Sign in with `new` from now on. Other browsers are signed out, unused links end; tokens stay.

    Raises `InvalidInput` (`old` is `wrong`, or `new` will not do), `RateLimited`, and `Forbidden` for a program, or for
    who has no password: a link that an admin makes gives her one.
    """
    person = await given_again(site, who, old, field="old")
    if person.password_hash is None:
        raise Forbidden
    if new == old:
        raise InvalidInput(FieldError("new", "same", "This is the present password."))
    strong_enough(new, person.login, field="new")
    (password_hash,) = await hash_passwords([new])
    secret, now = new_secret(), site.now()
    async with site.database.write() as session:
        is_hers = await own_sign_ins.holding_password(session, person.id, person.password_hash)
        hashed = secret_hash(site.settings, secret)
        expires_at = await own_sign_ins.renew_secret(session, who.session_id, hashed) if is_hers else None
        if expires_at is None:
            raise NotSignedIn  # it was changed elsewhere at the same moment, and this sign-in is over
        await sign_ins.set_password_hash(session, person.id, password_hash)
        await account_links.end_all_of(session, person.id, now)
        ended = await sign_ins.end_all_of(session, person.id, now, besides=who.session_id, tokens=False)
    await site.throttle.forgive(TRIES, "own_password", who.person_id)
    if ended:
        site.announce([SignInEnded(person.id, ended)])
    return Renewed(secret, expires_at, len(ended))


async def _herself(site: Site, who: Identity) -> Person | None:
    async with site.database.read() as session:
        return (await people.by_ids(session, [who.person_id])).get(who.person_id)
