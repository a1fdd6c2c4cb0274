"""Erasing a person: what is hers alone goes, her row stays behind for what others have received. Nothing commits."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Delete, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.tables import (
    AccessToken,
    AccountLink,
    Folder,
    Listed,
    Membership,
    Message,
    Participation,
    Person,
    ProvidedIdentity,
    RecipientList,
    Session,
    Unreached,
)

person = table_of(Person)
message = table_of(Message)
participation = table_of(Participation)
folder = table_of(Folder)
listed = table_of(Listed)
recipient_list = table_of(RecipientList)

HERS = [
    table_of(table) for table in (Session, AccessToken, AccountLink, ProvidedIdentity, Membership, Unreached)
]
"""Rows about one person that nothing else refers to."""
NOT_LEFT = participation.c.shelf != "left"
NOT_SENT = message.c.state != "sent"


async def hold(session: AsyncSession, person_id: str) -> Person | None:
    """Her row, which nobody else changes before the end of the transaction; None if she is erased, or never was."""
    found = await session.get(Person, person_id, with_for_update=True)
    return None if found is None or found.erased_at is not None else found


async def blank(session: AsyncSession, person_id: str, name: str, at: datetime) -> None:
    """Leave nothing in her row but what others need: that there was somebody, called `name` from now on."""
    values = {
        "login": f"erased-{person_id}",
        "name": name,
        "folded": "",
        "email": None,
        "role": "member",
        "password_hash": None,
        "messaging": False,
        "hides_presence": True,
        "shares_email": False,
        "signature": "",
        "last_seen_at": None,
        "suspended_at": at,
        "erased_at": at,
    }
    await session.execute(update(person).where(person.c.id == person_id).values(values))


async def drop_hers(session: AsyncSession, person_id: str) -> None:
    """Delete her ways in, her groups, her lists, and her name in those of others."""
    for statement in _hers(person_id):
        await session.execute(statement)


async def unsent(session: AsyncSession, person_id: str, most: int) -> Sequence[str]:
    """Some of the messages that she has not sent, those that wait to leave included; locked."""
    query = select(message.c.id).where(message.c.author_id == person_id, NOT_SENT).order_by(message.c.id)
    return (await session.execute(query.limit(most).with_for_update())).scalars().all()


async def inside(session: AsyncSession, person_id: str, most: int) -> Sequence[str]:
    """Some of the discussions that she is in."""
    query = select(participation.c.message_id).where(participation.c.person_id == person_id, NOT_LEFT)
    return (await session.execute(query.limit(most))).scalars().all()


async def drop_folders(session: AsyncSession, person_id: str) -> None:
    """Delete her folders, which hold nothing any more: the innermost first."""
    own = folder.c.person_id == person_id
    await session.execute(
        update(participation)
        .where(participation.c.person_id == person_id, participation.c.folder_id.is_not(None))
        .values(folder_id=None)
    )
    inner = folder.alias("inner")
    leaf = ~select(inner.c.id).where(inner.c.parent_id == folder.c.id).exists()
    while (await session.execute(select(func.count()).select_from(folder).where(own))).scalar_one():
        await session.execute(delete(folder).where(own, leaf))


async def unfinished(session: AsyncSession, most: int) -> Sequence[str]:
    """Some of those who are erased and of whom something is left that goes after that."""
    left = or_(
        select(participation.c.message_id).where(participation.c.person_id == person.c.id, NOT_LEFT).exists(),
        select(message.c.id).where(message.c.author_id == person.c.id, NOT_SENT).exists(),
        select(folder.c.id).where(folder.c.person_id == person.c.id).exists(),
    )
    query = select(person.c.id).where(person.c.erased_at.is_not(None), left).order_by(person.c.id).limit(most)
    return (await session.execute(query)).scalars().all()


def _hers(person_id: str) -> list[Delete]:
    lists = select(recipient_list.c.id).where(recipient_list.c.owner_id == person_id)
    return [
        *(delete(table).where(table.c.person_id == person_id) for table in HERS),
        delete(listed).where(or_(listed.c.person_id == person_id, listed.c.list_id.in_(lists))),
        delete(recipient_list).where(recipient_list.c.owner_id == person_id),
    ]
