"""The languages: which there are, which one a request gets, and every sentence in it.

Catalogues are gettext files, read and compiled in memory when the first sentence is asked for. No sentence is put
together from pieces, neither here nor in the browser, which gets its sentences from the pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from gettext import GNUTranslations
from io import BytesIO
from pathlib import Path

from babel import Locale
from babel.core import negotiate_locale
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

CATALOGUES = Path(__file__).parent / "locale"
LANGUAGE_COOKIE = "parley-language"


@dataclass(frozen=True)
class Language:
    """One language of the interface. Dates and times are written as `territory` has them."""

    code: str
    name: str
    territory: str

    @property
    def locale(self) -> Locale:
        """How numbers, dates and times are written in it."""
        return Locale.parse(self.territory, sep="-")


LANGUAGES = {
    language.code: language
    for language in (Language("en", "English", "en-GB"), Language("fr", "Français", "fr-FR"))
}
DEFAULT = "en"


@cache
def catalogue(code: str) -> GNUTranslations:
    """Every sentence in one language."""
    path = CATALOGUES / code / "LC_MESSAGES" / "parley.po"
    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=code))
    compiled.seek(0)
    return GNUTranslations(compiled)


def choose_language(cookies: Mapping[str, str], accepted: str, own: str | None = None) -> Language:
    """The person's `own` language; a visitor's is the one chosen in this browser, else what the browser asks for."""
    for code in (own, cookies.get(LANGUAGE_COOKIE)):
        if code in LANGUAGES:
            return LANGUAGES[code]
    wanted = [part.partition(";")[0].strip() for part in accepted.split(",")[:20]]
    return LANGUAGES[negotiate_locale(wanted, list(LANGUAGES), sep="-", aliases={}) or DEFAULT]


def mark(sentence: str) -> str:
    """Name a sentence for the catalogues where it is only kept; whoever shows it translates it."""
    return sentence
