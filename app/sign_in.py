"""Signing in and out, and who somebody is: sessions of browsers, access tokens of programs.

Of sessions and tokens only a keyed hash of 256 random bits is kept.
"""

import hmac
import secrets
from datetime import datetime, timedelta
from functools import partial

import msgspec
from limits import RateLimitItemPerMinute
from sqlalchemy.ext.asyncio import AsyncSession

from app.errors import NotFound, WrongCredentials
from app.events import SignInEnded
from app.passwords import check_password
from app.settings import Settings
from app.site import Identity, Site
from store import people, sign_ins
from store.columns import new_id
from store.prepared import through
from store.sign_ins import Owner
from store.tables import Person, Session

TRIES_PER_ACCOUNT = RateLimitItemPerMinute(10, 5)
FAILURES_PER_ADDRESS = RateLimitItemPerMinute(50, 5)
TOUCH_EVERY = timedelta(minutes=5)


class SignedIn(msgspec.Struct, frozen=True):
    """A fresh sign-in. `secret` is for the cookie and is kept nowhere else."""

    identity: Identity
    secret: str
    expires_at: datetime

    def __repr__(self) -> str:
        """Without the secret."""
        return f"SignedIn({self.identity.login}, until {self.expires_at:%Y-%m-%d})"


async def sign_in(
    site: Site, login: str, password: str, *, address: str, user_agent: str, replaces: Identity | None = None
) -> SignedIn:
    """Begin a session; the one that the browser had before (`replaces`) ends.

    Raises `WrongCredentials` or `RateLimited`; it takes as long for unknown accounts.
    """
    # No login holds NUL, and PostgreSQL does not even look for one.
    login = login.replace("\0", "\N{REPLACEMENT CHARACTER}").strip()
    account = login.casefold()[:100]
    await site.throttle.check(FAILURES_PER_ADDRESS, "sign_in_address", address)
    await site.throttle.spend(TRIES_PER_ACCOUNT, "sign_in_account", account)
    async with site.database.read() as session:
        person = await people.by_login(session, login)
    right, new_hash = await check_password(person.password_hash if person else None, password)
    if person is None or person.suspended_at is not None or not right:
        await site.throttle.spend(FAILURES_PER_ADDRESS, "sign_in_address", address)
        raise WrongCredentials
    await site.throttle.forgive(TRIES_PER_ACCOUNT, "sign_in_account", account)
    async with site.database.write() as session:
        if not await sign_ins.still_lets_in(session, person):
            raise WrongCredentials  # her password changed, or she was shut out, while this one was checked
        signed_in = await begin_in(site, session, person, address=address, user_agent=user_agent)
        if new_hash is not None:
            await sign_ins.set_password_hash(session, person.id, new_hash)
    if replaces is not None and replaces.via == "session":
        await sign_out(site, replaces)
    return signed_in


async def identify(site: Site, *, cookie: str | None = None, bearer: str | None = None) -> Identity | None:
    """Who a request comes from: by its token if it has one, else by its cookie; None if neither is valid."""
    now = site.now()
    if bearer is not None:
        via, secret = "token", secret_hash(site.settings, bearer)
        owner = await site.database.look(partial(sign_ins.token_owner, secret_hash=secret))
    elif cookie is not None:
        via, secret = "session", secret_hash(site.settings, cookie)
        since = now - timedelta(days=site.settings.session_idle_days)
        look = partial(sign_ins.session_owner, secret_hash=secret, now=now, seen_since=since)
        owner = await site.database.look(look)
    else:
        return None
    if owner is None:
        return None
    if owner.seen_at is None or now - owner.seen_at >= TOUCH_EVERY:
        site.sightings.note(via, owner.sign_in_id, owner.id, now)
    return identity_of(owner, owner.sign_in_id, via)


def identity_of(person: Person | Owner, session_id: str, via: str = "session") -> Identity:
    """This person, acting through a browser's session or a token."""
    return Identity(
        person_id=person.id,
        login=person.login,
        name=person.name,
        role=person.role,
        language=person.language,
        time_zone=person.time_zone,
        session_id=session_id,
        via=via,
        theme=person.theme,
        sending_key=person.sending_key,
        shortcuts=person.shortcuts,
    )


async def sign_out(site: Site, who: Identity) -> None:
    """End the session (or token) through which `who` acts."""
    async with site.database.write() as session:
        await sign_ins.end(session, who.via, who.session_id, site.now())
    site.announce([SignInEnded(who.person_id, [who.session_id])])


async def create_token(site: Site, login: str) -> str:
    """A new access token for the person with this login. Raises `NotFound`."""
    return (await create_tokens(site, [login]))[0]


async def create_tokens(site: Site, logins: list[str]) -> list[str]:
    """A new access token for each login, in order; none of them if one is unknown (`NotFound` names it)."""
    secrets_ = [new_secret() for _ in logins]
    now = site.now()
    async with site.database.write() as session:
        ids = await sign_ins.people_by_login(session, logins)
        unknown = [login for login in logins if login not in ids]
        if unknown:
            raise NotFound(f"There is nobody with the login {unknown[0]!r}; no token was created.")
        await sign_ins.add_tokens(
            session,
            [
                {
                    "id": new_id(),
                    "person_id": ids[login],
                    "token_hash": secret_hash(site.settings, secret),
                    "created_at": now,
                }
                for login, secret in zip(logins, secrets_, strict=True)
            ],
        )
    return secrets_


def new_secret() -> str:
    """256 random bits, as text for a cookie or a header."""
    return secrets.token_urlsafe(32)


def secret_hash(settings: Settings, secret: str) -> str:
    """What is kept of a session's or token's secret: HMAC-SHA256, keyed with the site's secret."""
    key = settings.secret.get_secret_value().encode()
    return hmac.digest(key, secret.encode("utf-8", "surrogatepass"), "sha256").hex()


async def begin_in(
    site: Site, session: AsyncSession, person: Person, *, address: str, user_agent: str
) -> SignedIn:
    """Begin a session of this person's within a transaction, for whoever has found out that it is she."""
    now, secret = site.now(), new_secret()
    row = Session(
        person_id=person.id,
        token_hash=secret_hash(site.settings, secret),
        user_agent=_printable(user_agent)[:300],
        address=_printable(address)[:64],
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(days=site.settings.session_days),
    )
    session.add(row)
    await through(session, sign_ins.see_people, {person.id: now})
    await session.flush()
    return SignedIn(identity_of(person, row.id), secret, row.expires_at)


def _printable(text: str) -> str:
    return "".join(c for c in text if c.isprintable())
