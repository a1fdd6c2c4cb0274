"""The browsers and programs that act as somebody: shown to herself, who can end any of them.

What ends closes its live streams on every node at once. A program may look and end, but lets no other one in.
"""

from datetime import datetime, timedelta
from typing import Literal

import msgspec

from app.auditing import note
from app.errors import FieldError, Forbidden, InvalidInput, NotFound
from app.events import SignInEnded
from app.sign_in import new_secret, secret_hash
from app.site import Identity, Site
from store import own_sign_ins, sign_ins
from store.columns import new_id
from store.tables import AccessToken, Session

MOST_OF_NAME = 100
MOST_TOKENS = 50
"""Access tokens that one person may have at once."""


class OwnSignIn(msgspec.Struct, frozen=True):
    """One of her sign-ins; `name` is that of a token, `user_agent` and `address` are those of a browser.

    `this`: the one through which she asks.
    """

    id: str
    via: Literal["session", "token"]
    name: str
    user_agent: str
    address: str
    since: datetime
    seen_at: datetime | None
    this: bool


class NewToken(msgspec.Struct, frozen=True):
    """An access token that was just made. `secret` is shown once and kept nowhere."""

    id: str
    name: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"NewToken({self.id})"


async def index(site: Site, who: Identity) -> list[OwnSignIn]:
    """Her browsers, this one first, then the last seen; then her tokens, the newest first."""
    now = site.now()
    since = now - timedelta(days=site.settings.session_idle_days)
    async with site.database.read() as session:
        browsers = await own_sign_ins.sessions_of(session, who.person_id, now=now, seen_since=since)
        tokens = await own_sign_ins.tokens_of(session, who.person_id)
    found = sorted((_browser(one, who) for one in browsers), key=lambda one: not one.this)
    found += [_token(one, who) for one in tokens]
    # What was seen lately waits to be stored with others; that she is here now needs no store.
    return [msgspec.structs.replace(one, seen_at=now) if one.this else one for one in found]


async def end(site: Site, who: Identity, sign_in_id: str) -> None:
    """End one of her sign-ins, also this one. Raises `NotFound`."""
    async with site.database.write() as session:
        if not await own_sign_ins.end_own(session, who.person_id, sign_in_id, site.now()):
            raise NotFound
    site.announce([SignInEnded(who.person_id, [sign_in_id])])


async def end_others(site: Site, who: Identity) -> int:
    """End all of her sign-ins but this one, tokens too; how many there were."""
    async with site.database.write() as session:
        ended = await sign_ins.end_all_of(session, who.person_id, site.now(), besides=who.session_id)
    if ended:
        site.announce([SignInEnded(who.person_id, ended)])
    return len(ended)


async def create_token(site: Site, who: Identity, name: str) -> NewToken:
    """Let a program act as her from now on. Raises `InvalidInput`, and `Forbidden` for a program that asks."""
    if who.via != "session":
        raise Forbidden("Only somebody who is signed in in a browser lets further programs in.")
    name = _checked_name(name)
    made = NewToken(new_id(), name, new_secret())
    async with site.database.write() as session:
        if len(await own_sign_ins.tokens_of(session, who.person_id)) >= MOST_TOKENS:
            detail = f"There are {MOST_TOKENS} tokens already; end one that is no longer used."
            raise InvalidInput(FieldError("name", "too_many", detail))
        row = {"person_id": who.person_id, "token_hash": secret_hash(site.settings, made.secret)}
        await sign_ins.add_tokens(session, [{"id": made.id, "name": name, "created_at": site.now(), **row}])
        if who.role in ("admin", "operator"):
            note(site, session, who, "token_created", about_id=who.person_id, about=who.name, detail=name)
    return made


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name:
        raise InvalidInput(FieldError("name", "empty", "Say what the token is for."))
    if len(name) > MOST_OF_NAME or not name.isprintable():
        detail = f"A name has at most {MOST_OF_NAME} characters, all of which can be shown."
        raise InvalidInput(FieldError("name", "too_long", detail))
    return name


def _browser(row: Session, who: Identity) -> OwnSignIn:
    is_this = row.id == who.session_id
    return OwnSignIn(row.id, "session", "", row.user_agent, row.address, row.created_at, row.seen_at, is_this)


def _token(row: AccessToken, who: Identity) -> OwnSignIn:
    is_this = row.id == who.session_id
    return OwnSignIn(row.id, "token", row.name, "", "", row.created_at, row.seen_at, is_this)
