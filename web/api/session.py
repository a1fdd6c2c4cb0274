"""Sign in, who am I, sign out."""

from typing import Annotated

import msgspec
from msgspec import Meta
from starlette.responses import Response

from app import sign_in
from app.site import Identity
from web.addresses import client_address
from web.api.operation import Call, answer, done, operation
from web.api.wire import Text
from web.cookies import clear_sign_in, set_sign_in
from web.identity import anyone


class SignIn(msgspec.Struct, frozen=True):
    """Login and password."""

    login: Annotated[Text, Meta(min_length=1, max_length=200)]
    password: Annotated[str, Meta(max_length=5000)]


class SignedInPerson(msgspec.Struct, frozen=True):
    """The person who is signed in."""

    id: str
    login: str
    name: str
    role: str
    language: str
    time_zone: str


class Session(msgspec.Struct, frozen=True):
    """A sign-in."""

    person: SignedInPerson


@operation("Sign in", takes=SignIn, gives={200: Session}, refuses=(401, 403, 422, 429), for_everybody=True)
async def begin(call: Call, given: SignIn) -> Response:
    """The answer sets the cookie of the new session; it is as slow for logins that do not exist."""
    signed_in = await sign_in.sign_in(
        call.site,
        given.login,
        given.password,
        address=client_address(call.request.scope),
        user_agent=call.request.headers.get("user-agent", ""),
        replaces=anyone(call.request),
    )
    response = answer(_session(signed_in.identity))
    set_sign_in(response, call.request.scope, signed_in)
    return response


@operation("Who am I", gives={200: Session})
async def show(call: Call) -> Response:
    """The person behind the cookie or token."""
    return answer(_session(call.who))


@operation("Sign out", gives={204: None})
async def end(call: Call) -> Response:
    """Ends the session (or token) that the request came with, and its live connections."""
    await sign_in.sign_out(call.site, call.who)
    response = done()
    clear_sign_in(response, call.request.scope)
    return response


def _session(who: Identity) -> Session:
    return Session(SignedInPerson(who.person_id, who.login, who.name, who.role, who.language, who.time_zone))
