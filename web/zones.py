"""Time zones as people look for them: by a city, in their language."""

from functools import cache
from typing import NamedTuple

from babel import Locale
from babel.core import get_global
from babel.dates import get_timezone_location

from app.own_settings import time_zones
from store.people import fold
from web.i18n import LANGUAGES


class Zone(NamedTuple):
    """A zone's name and where it is: `Europe/Paris`, `Paris (France)`."""

    name: str
    place: str


@cache
def zones_of(language: str) -> tuple[Zone, ...]:
    """Every zone that one may live in, once, in this language."""
    locale = LANGUAGES[language].locale if language in LANGUAGES else Locale("en")
    aliases = get_global("zone_aliases")
    return tuple(
        Zone(name, _place(name, locale)) for name in time_zones() if name == "UTC" or name not in aliases
    )


def zone_meant(typed: str) -> str:
    """The zone whose name, place or city was typed; what was typed where it is none or several."""
    typed = typed.strip()
    if typed in time_zones():
        return typed
    found = _by_words().get(fold(typed), set())
    return next(iter(found)) if len(found) == 1 else typed


@cache
def _by_words() -> dict[str, set[str]]:
    known: dict[str, set[str]] = {}
    for language in LANGUAGES:
        for zone in zones_of(language):
            city = zone.name.rpartition("/")[2]
            for words in (zone.name, zone.place, city, zone.place.partition(" (")[0]):
                known.setdefault(fold(words), set()).add(zone.name)
    return known


def _place(name: str, locale: Locale) -> str:
    if name == "UTC":
        return name
    city = str(get_timezone_location(name, locale, return_city=True))
    country = locale.territories.get(get_global("zone_territories").get(name, ""), "")
    return f"{city} ({country})" if country and country != city else city
