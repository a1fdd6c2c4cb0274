"""What somebody sets for herself: how she is called, how pages look and act, and what others see of her."""

from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Any, TypedDict, Unpack
from zoneinfo import available_timezones

import msgspec

from app.errors import FieldError, InvalidInput, NotFound
from app.events import PersonChanged
from app.site import Identity, Site
from store import own_settings
from store.own_settings import OwnSettings as OwnSettings

MOST_OF_NAME = 200
LANGUAGES = ("en", "fr")
THEMES = ("light", "dark")
SENDING_KEYS = ("enter", "ctrl-enter")
"""What sends a reply. Ctrl+Enter always does; Enter does unless it was asked to break the line."""

SEEN_BY_OTHERS = ("name", "messaging", "hides_presence", "shares_email", "read_receipts")


class Changes(TypedDict, total=False):
    """What may be changed; each means what it does in `OwnSettings`."""

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


async def show(site: Site, who: Identity) -> OwnSettings:
    """One's own settings. Raises `NotFound` for somebody who is gone."""
    async with site.database.read() as session:
        return _found(await own_settings.of(session, who.person_id))


async def change(site: Site, who: Identity, **fields: Unpack[Changes]) -> OwnSettings:
    """Set these, leave the others; what they are now.

    Others are told where they see her otherwise by it. Raises `InvalidInput` naming each field that is wrong.
    """
    wanted = _checked(fields)
    async with site.database.write() as session:
        before = _found(await own_settings.of(session, who.person_id, hold=True))
        values = {name: value for name, value in wanted.items() if getattr(before, name) != value}
        if values:
            await own_settings.change(session, who.person_id, before, values)
    if any(name in values for name in SEEN_BY_OTHERS):
        site.announce([PersonChanged(who.person_id)])
    return msgspec.structs.replace(before, **values)


@cache
def time_zones() -> tuple[str, ...]:
    """Every zone that one may live in, by name: `Area/Place`, and UTC."""
    areas = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe")
    zones = available_timezones()
    return (
        "UTC",
        *sorted(z for z in zones if z.partition("/")[0] in (*areas, "Indian", "Pacific") and "/" in z),
    )


def _found(settings: OwnSettings | None) -> OwnSettings:
    if settings is None:
        raise NotFound
    return settings


def _checked(fields: Changes) -> dict[str, Any]:
    given: dict[str, Any] = dict(fields)
    if "name" in given:
        given["name"] = " ".join(given["name"].split())
    if wrong := list(_wrong(given)):
        raise InvalidInput(*wrong)
    return given


def _wrong(given: Mapping[str, Any]) -> Iterator[FieldError]:
    for field, value in given.items():
        if field in TEXTS:
            yield from (FieldError(field, code, detail) for code, detail in TEXTS[field](value))
        elif not isinstance(value, bool):
            yield FieldError(field, "invalid", "It is true or false.")


def _wrong_name(name: str) -> Iterator[tuple[str, str]]:
    if not name:
        yield "empty", "A name is not empty."
    elif len(name) > MOST_OF_NAME:
        yield "too_long", f"A name has at most {MOST_OF_NAME} characters."
    elif not name.isprintable():
        yield "invalid", "The name holds characters that cannot be shown."


def _among(*choices: str) -> Callable[[str], Iterator[tuple[str, str]]]:
    def wrong(value: str) -> Iterator[tuple[str, str]]:
        if value not in choices:
            yield "unknown", f"It is one of {', '.join(choice or 'the empty text' for choice in choices)}."

    return wrong


def _wrong_zone(zone: str) -> Iterator[tuple[str, str]]:
    if zone not in available_timezones() or zone == "localtime":
        yield "unknown", "It names a time zone, such as Europe/Paris."


TEXTS: Mapping[str, Callable[[str], Iterator[tuple[str, str]]]] = {
    "name": _wrong_name,
    "language": _among(*LANGUAGES),
    "time_zone": _wrong_zone,
    "theme": _among("", *THEMES),
    "sending_key": _among("", *SENDING_KEYS),
}
