"""One's own sign-ins: browsers and tokens."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import own_password, own_sign_ins
from app.own_sign_ins import OwnSignIn
from web.api.operation import Call, answer, done, operation
from web.api.wire import Items, Text
from web.browsers import browser_of
from web.cookies import clear_sign_in, renew_sign_in

Password = Annotated[str, Meta(max_length=5000)]


class Browser(msgspec.Struct, frozen=True):
    """What a browser says that it is, in short; empty where it says nothing known."""

    name: str
    system: str


class SignIn(msgspec.Struct, frozen=True):
    """A sign-in: a browser's session, with its address, or a token, with its name. `this`: the one that asks."""

    id: str
    via: Literal["session", "token"]
    name: str
    browser: Browser
    address: str
    since: datetime
    seen_at: datetime | None
    this: bool


class Ended(msgspec.Struct, frozen=True):
    """How many sign-ins have ended."""

    ended: int


class NewToken(msgspec.Struct, frozen=True):
    """What a token is for: 1 to 100 characters."""

    name: Annotated[Text, Meta(max_length=500)]


class Token(msgspec.Struct, frozen=True):
    """A token: `secret` goes into `Authorization: Bearer` and is never shown again."""

    id: str
    name: str
    secret: str


class PasswordChange(msgspec.Struct, frozen=True):
    """The present password and the one that is to be: 10 to 1,000 characters."""

    old: Password
    new: Password


@operation("List one's own sign-ins", gives={200: Items[SignIn]})
async def index(call: Call) -> Response:
    """Browsers, this one first, then the last seen; then tokens, the newest first."""
    return answer(Items([_sign_in(one) for one in await own_sign_ins.index(call.site, call.who)]))


@operation("End one of one's sign-ins", gives={204: None}, refuses=(404,))
async def end(call: Call) -> Response:
    """Its live connections are closed at once (4403), on all nodes."""
    await own_sign_ins.end(call.site, call.who, call.id())
    response = done()
    if call.id() == call.who.session_id:
        clear_sign_in(response, call.request.scope)
    return response


@operation("End all of one's other sign-ins", gives={200: Ended})
async def end_others(call: Call) -> Response:
    """All but the one that asks, tokens too."""
    return answer(Ended(await own_sign_ins.end_others(call.site, call.who)))


@operation("Make an access token", takes=NewToken, gives={201: Token}, refuses=(403, 422))
async def create_token(call: Call, given: NewToken) -> Response:
    """For a program that acts as oneself. Only a browser makes one: a token makes no other."""
    made = await own_sign_ins.create_token(call.site, call.who, given.name)
    return answer(Token(made.id, made.name, made.secret), 201)


@operation("Change one's password", takes=PasswordChange, gives={200: Ended}, refuses=(403, 422, 429))
async def change_password(call: Call, given: PasswordChange) -> Response:
    """Other browsers are signed out; the answer sets this one's new cookie. A token changes no password."""
    renewed = await own_password.change(call.site, call.who, given.old, given.new)
    response = answer(Ended(renewed.ended))
    renew_sign_in(response, call.request.scope, renewed.secret, renewed.expires_at)
    return response


def _sign_in(one: OwnSignIn) -> SignIn:
    browser = Browser(*browser_of(one.user_agent))
    return SignIn(one.id, one.via, one.name, browser, one.address, one.since, one.seen_at, one.this)
