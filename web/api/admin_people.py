"""People, for admins."""

from datetime import datetime
from typing import Annotated, Literal

import msgspec
from msgspec import UNSET, Meta, UnsetType
from starlette.responses import Response

from app import inviting
from app import people as shutting_out
from app.administration import people
from app.administration.pages import MOST
from app.administration.people import Account
from app.inviting import Invitation
from app.paging import Page
from app.recipients import RecipientOption
from store.administration.people import AccountRow
from web.api.operation import Call, answer, done, operation
from web.api.wire import Cursor, Id, Items, Text

Field = Annotated[Text, Meta(max_length=500)]
Limit = Annotated[int, Meta(ge=1, le=MOST)]
MOST_CHOICES = 20
Q = Annotated[Text, Meta(max_length=200)]


class Sought(msgspec.Struct, frozen=True):
    """First letters of names and logins; `state` `waiting`: has never been here."""

    q: Q = ""
    group: Id | Literal[""] = ""
    role: Literal["", "member", "announcer", "operator", "admin"] = ""
    state: Literal["", "active", "suspended", "waiting"] = ""
    cursor: Cursor | None = None
    limit: Limit = 50


class Letters(msgspec.Struct, frozen=True):
    """First letters of names and logins."""

    q: Q = ""


class NewPerson(msgspec.Struct, frozen=True):
    """An account to be made; what is left out is as the site has it."""

    login: Field
    name: Field
    email: Field = ""
    role: Field = ""
    language: Field = ""
    time_zone: Field = ""


class PersonChange(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is absent stays as it is; an empty `email` is none."""

    login: Field | UnsetType = UNSET
    name: Field | UnsetType = UNSET
    email: Field | UnsetType = UNSET
    role: Field | UnsetType = UNSET
    language: Field | UnsetType = UNSET
    time_zone: Field | UnsetType = UNSET
    messaging: bool | UnsetType = UNSET


class Link(msgspec.Struct, frozen=True):
    """A link by which somebody chooses a password, once. It is shown now and never again."""

    purpose: Literal["invitation", "reset"]
    link: str
    expires_at: datetime


@operation(
    "Find people to administer", query=Sought, gives={200: Page[AccountRow]}, refuses=(403,), for_admins=True
)
async def search(call: Call, given: Sought) -> Response:
    """Accounts by name."""
    wanted = {"group": given.group, "role": given.role, "state": given.state}
    found = await people.find(call.site, call.who, given.q, **wanted, cursor=given.cursor, limit=given.limit)
    return answer(found)


@operation("Find people to choose from", query=Letters, gives={200: Items[RecipientOption]}, for_admins=True)
async def choices(call: Call, given: Letters) -> Response:
    """As a recipient field shows them; whomever one may write to. `detail` is the login."""
    found = await people.find(call.site, call.who, given.q, limit=MOST_CHOICES)
    return answer(Items([RecipientOption("person", one.id, one.name, one.login) for one in found.items]))


@operation("Create a person", takes=NewPerson, gives={201: Account}, for_admins=True)
async def create(call: Call, given: NewPerson) -> Response:
    """She has no password yet: invite her."""
    person_id = await people.create(call.site, call.who, msgspec.structs.asdict(given))
    made = await people.get(call.site, call.who, person_id)
    return answer(made, 201, {"Location": f"/api/admin/people/{person_id}"})


@operation("Show an account", gives={200: Account}, refuses=(404,), for_admins=True)
async def show(call: Call) -> Response:
    """Nothing that she has written or got."""
    return answer(await people.get(call.site, call.who, call.id()))


@operation("Change an account", takes=PersonChange, gives={200: Account}, refuses=(404,), for_admins=True)
async def change(call: Call, given: PersonChange) -> Response:
    """The last admin who is not suspended stays one."""
    fields = {name: text for name, text in msgspec.structs.asdict(given).items() if text is not UNSET}
    if "messaging" in fields:
        fields["messaging"] = "yes" if fields["messaging"] else "no"
    await people.change(call.site, call.who, call.id(), fields)
    return answer(await people.get(call.site, call.who, call.id()))


@operation("Suspend a person", gives={204: None}, refuses=(404, 422), for_admins=True)
async def suspend(call: Call) -> Response:
    """Her sessions end and her live connections close at once, on every node; nobody can write to her."""
    account = await people.get(call.site, call.who, call.id())
    await shutting_out.suspend(call.site, account.login, call.who)
    return done()


@operation("Resume a person", gives={204: None}, refuses=(404,), for_admins=True)
async def resume(call: Call) -> Response:
    """She may sign in again."""
    account = await people.get(call.site, call.who, call.id())
    await shutting_out.resume(call.site, account.login, call.who)
    return done()


@operation("Sign a person out everywhere", gives={204: None}, refuses=(404,), for_admins=True)
async def end_sessions(call: Call) -> Response:
    """Browsers, and programs with her tokens."""
    await people.end_sessions(call.site, call.who, call.id())
    return done()


@operation("Invite a person", gives={201: Link}, refuses=(404,), for_admins=True)
async def invite(call: Call) -> Response:
    """A link by which she chooses her first password; earlier links end."""
    return answer(_link(call, await inviting.invite(call.site, call.who, call.id())), 201)


@operation("Let a person choose another password", gives={201: Link}, refuses=(404,), for_admins=True)
async def reset(call: Call) -> Response:
    """A link for it, good for an hour; her password stays until then."""
    return answer(_link(call, await inviting.reset(call.site, call.who, call.id())), 201)


def _link(call: Call, made: Invitation) -> Link:
    return Link(made.purpose, f"{str(call.request.base_url).rstrip('/')}{made.path}", made.expires_at)
