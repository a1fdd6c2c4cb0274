"""Shapes that several calls share: how addresses, lines and lists look in JSON."""

from collections.abc import Sequence
from typing import Annotated, Generic, Literal, TypeVar

import msgspec
from msgspec import UNSET, Meta, UnsetType

from app.drafts import Address, RecipientRef
from app.errors import FieldError, InvalidInput

T = TypeVar("T")

Id = Annotated[str, Meta(pattern="^[0-9a-f]{32}$", description="an opaque identifier")]
Text = Annotated[str, Meta(pattern="^[^\x00]*$")]
Seq = Annotated[int, Meta(ge=0, le=2**53, description="the number of an entry")]
Cursor = Annotated[str, Meta(max_length=500, description="`next` of the answer before")]


class Items(msgspec.Struct, Generic[T], frozen=True):
    """A list, or a part of one: `next` leads to what follows, null at the end."""

    items: list[T]
    next: str | None = None


class Addressee(msgspec.Struct, frozen=True, omit_defaults=True):
    """Exactly one of `person`, `group` and `list` (one's own; it stands for those who are in it now)."""

    person: Id | UnsetType = UNSET
    group: Id | UnsetType = UNSET
    list: Id | UnsetType = UNSET


class AddressedTo(msgspec.Struct, frozen=True, omit_defaults=True):
    """A recipient with her (or its) name; it may be sent back as it is."""

    type: Literal["person", "group"]
    id: str
    name: str
    person: str | UnsetType = UNSET
    group: str | UnsetType = UNSET


def addresses(field: str, given: Sequence[Addressee]) -> list[Address]:
    """The addresses that a client names in `field`; raises `InvalidInput`, which names all that are wrong."""
    found: list[Address] = []
    wrong: list[FieldError] = []
    for place, one in enumerate(given):
        kinds = [kind for kind in ("person", "group", "list") if getattr(one, kind) is not UNSET]
        where = f"{field}[{place}]"
        if len(kinds) != 1:
            wrong.append(FieldError(where, "invalid", "Name exactly one of person, group and list."))
        elif one.person is not UNSET:
            found.append(Address("person", one.person))
        elif one.group is not UNSET:
            found.append(Address("group", one.group))
        else:
            found.append(Address("list", str(one.list)))
    if wrong:
        raise InvalidInput(*wrong)
    return found


def addressed_to(recipient: RecipientRef) -> AddressedTo:
    """A recipient as the API shows it."""
    return AddressedTo(
        recipient.type,
        recipient.id,
        recipient.name,
        person=recipient.id if recipient.type == "person" else UNSET,
        group=recipient.id if recipient.type == "group" else UNSET,
    )
