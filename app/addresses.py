"""Whom an address names: people, groups, and one's own lists, which stand for those in them."""

from collections.abc import Sequence

from sqlalchemy.ext.asyncio import AsyncSession

from app.draft_fields import Address
from app.errors import FieldError, InvalidInput
from store import lists, people

MAX_ADDRESSES = 5000


async def resolved(
    session: AsyncSession, owner_id: str, field: str, addresses: Sequence[Address]
) -> list[Address]:
    """The people and groups of these addresses, each once; raises `InvalidInput` for what there is not.

    A list is read once and for all: what becomes of it later changes nothing of what was addressed.
    """
    known = {one.id for one in await lists.lists_of(session, owner_id)} if _names_list(addresses) else set()
    members = await lists.members_of(session, [a.id for a in addresses if a.type == "list" and a.id in known])
    found: dict[Address, None] = {}
    unknown = []
    for address in addresses:
        if address.type != "list":
            found[address] = None
        elif address.id in known:
            found |= dict.fromkeys(Address(one.type, one.id) for one in members[address.id])
        else:
            unknown.append(address)
    _refuse(field, unknown)
    if len(found) > MAX_ADDRESSES:
        raise InvalidInput(FieldError(field, "too_many", f"There are more than {MAX_ADDRESSES} recipients."))
    await _check_known(session, field, list(found))
    return list(found)


def _names_list(addresses: Sequence[Address]) -> bool:
    return any(address.type == "list" for address in addresses)


async def _check_known(session: AsyncSession, field: str, addresses: Sequence[Address]) -> None:
    known = {
        "person": await people.person_names(session, [a.id for a in addresses if a.type == "person"]),
        "group": await people.group_names(session, [a.id for a in addresses if a.type == "group"]),
    }
    _refuse(field, [a for a in addresses if a.id not in known[a.type]])


def _refuse(field: str, unknown: Sequence[Address]) -> None:
    if unknown:
        raise InvalidInput(
            *(FieldError(field, "unknown", f"There is no {a.type} {a.id!r}.") for a in unknown[:20])
        )
