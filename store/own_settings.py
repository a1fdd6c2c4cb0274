"""What people set for themselves. Nothing here commits."""

from collections.abc import Mapping
from typing import Any

import msgspec
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncSession

from store.columns import table_of
from store.people import folded
from store.tables import Person

person = table_of(Person)


class OwnSettings(msgspec.Struct, frozen=True):
    """What a person has set for herself; `login` and `email` are set by admins.

    Empty `theme` and `sending_key`: as the browser has it, as the site has it. `messaging`: she uses the messaging.
    `read_receipts`: others see how far she has read. `hides_presence`: nobody is shown that she is here.
    `shares_email`: who may write to her sees her address where she cannot be reached here.
    """

    login: str
    email: str | None
    name: str
    language: str
    time_zone: str
    theme: str
    sending_key: str
    shortcuts: bool
    read_receipts: bool
    messaging: bool
    hides_presence: bool
    shares_email: bool


async def of(session: AsyncSession, person_id: str, *, hold: bool = False) -> OwnSettings | None:
    """The settings of a person; with `hold`, nobody else changes them before the end of the transaction."""
    query = select(*(person.c[field] for field in OwnSettings.__struct_fields__))
    query = query.where(person.c.id == person_id)
    row = (await session.execute(query.with_for_update() if hold else query)).first()
    return OwnSettings(*row) if row else None


async def change(
    session: AsyncSession, person_id: str, before: OwnSettings, values: Mapping[str, Any]
) -> None:
    """Set these; who is renamed is found by her new name."""
    found = {"folded": folded(values["name"], before.login)} if "name" in values else {}
    await session.execute(update(person).where(person.c.id == person_id).values(**values, **found))
