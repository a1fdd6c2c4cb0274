"""People, groups and discussions for the tests, made through the ordinary use cases."""

import io
from collections.abc import AsyncIterator, Sequence
from functools import cache

from PIL import Image
from sqlalchemy import select, update
from sqlmodel import col

from app.attachments import bring
from app.drafts import Address, DraftFields, create
from app.events import Attached
from app.passwords import hash_password
from app.people import import_people
from app.sending import send
from app.sign_in import create_token, identity_of, sign_in
from app.site import Identity, Site
from store.columns import new_id
from store.tables import Group, Person, Rule

PASSWORD = "quite long, and only for tests"

Addressee = Identity | Address


async def person(site: Site, login: str, **fields: str) -> Identity:
    """An account, and her identity as of a sign-in. `fields` are columns of the import."""
    return (await people(site, login, **fields))[0]


async def people(site: Site, *logins: str, **fields: str) -> list[Identity]:
    """Several accounts with the same `fields`, in the order of `logins`."""
    await import_people(site, [{"login": login, "name": login.capitalize(), **fields} for login in logins])
    async with site.database.read() as session:
        rows = await session.scalars(select(Person).where(col(Person.login).in_(logins)))
        found = {row.login: identity_of(row, new_id()) for row in rows}
    return [found[login] for login in logins]


async def group(site: Site, name: str, members: Sequence[Identity]) -> Address:
    """A group of these people, as something that one can write to."""
    await import_people(site, [_row(member) | {"groups": name} for member in members])
    async with site.database.read() as session:
        identifier = await session.scalar(select(col(Group.id)).where(col(Group.name) == name))
    assert identifier
    return Address("group", identifier)


async def rule(site: Site, source: Address, target: Address, reach: str = "both") -> None:
    """Members of the group `source` may write to `target`."""
    async with site.database.write() as session:
        session.add(Rule(from_group_id=source.id, to_group_id=target.id, reach=reach))


async def discussion(
    site: Site,
    author: Identity,
    to: Sequence[Addressee],
    body: str = "Hello.",
    *,
    subject: str = "A subject",
    cc: Sequence[Addressee] = (),
    files: Sequence[str] = (),
) -> str:
    """A sent message; gives back its id, which is the discussion's."""
    fields = DraftFields(
        subject=subject, body=body, to=_addresses(to), cc=_addresses(cc), attachments=list(files)
    )
    draft = await create(site, author, fields)
    sent = await send(site, author, draft.id)
    return sent.id


async def attachment(
    site: Site, owner: Identity, name: str = "notes.txt", content: bytes = b"Notes."
) -> Attached:
    """A file that this person has brought and nothing carries yet."""

    async def chunks() -> AsyncIterator[bytes]:
        yield content

    return await bring(site, owner, name, chunks())


def picture(width: int = 60, height: int = 40, colour: str = "teal") -> bytes:
    """A PNG."""
    written = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(written, "PNG")
    return written.getvalue()


async def signed_in(site: Site, who: Identity) -> dict[str, str]:
    """The cookies of a browser in which this person has just signed in (over plain http)."""
    await give_password(site, who)
    signed = await sign_in(site, who.login, PASSWORD, address="127.0.0.1", user_agent="tests")
    return {"parley": signed.secret}


async def give_password(site: Site, who: Identity) -> None:
    """She can sign in with `PASSWORD`."""
    async with site.database.write() as session:
        changed = update(Person).where(col(Person.id) == who.person_id)
        await session.execute(changed.values(password_hash=_hash_of_password()))


async def token(site: Site, who: Identity) -> str:
    """A new access token of this person."""
    return await create_token(site, who.login)


@cache
def _hash_of_password() -> str:
    """Hashing is slow on purpose, so that all these people share one hash."""
    return hash_password(PASSWORD)


def _addresses(addressees: Sequence[Addressee]) -> list[Address]:
    return [Address("person", one.person_id) if isinstance(one, Identity) else one for one in addressees]


def _row(who: Identity) -> dict[str, str]:
    return {"login": who.login, "name": who.name, "role": who.role, "language": who.language}
