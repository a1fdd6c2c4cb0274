"""In which language, and by which calendar, something is told to somebody."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from app.site import Identity
from web.dates import Dates, zone_called
from web.i18n import Language, catalogue, choose_language


class Telling(Protocol):
    """What a text needs to know of its reader; a page's `View` does."""

    @property
    def language(self) -> Language: ...
    @property
    def dates(self) -> Dates: ...
    def gettext(self, sentence: str) -> str: ...


@dataclass(frozen=True)
class Told:
    """How something is told that no page shows."""

    language: Language
    dates: Dates

    def gettext(self, sentence: str) -> str:
        """A sentence of the catalogue."""
        return catalogue(self.language.code).gettext(sentence)


def told_to(who: Identity, now: datetime) -> Told:
    """How this person is told what is made for her outside of any request."""
    language = choose_language({}, "", who.language)
    return Told(language, Dates(language.locale, zone_called(who.time_zone), now))
