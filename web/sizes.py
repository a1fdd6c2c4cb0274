"""Sizes of files as people read them."""

from babel import Locale
from babel.units import format_unit

STEPS = (("digital-megabyte", 1_000_000), ("digital-kilobyte", 1_000))


def file_size(size: int, locale: Locale) -> str:
    """`size` bytes in the unit that says it with few digits, in the reader's language: 1.2 MB, 1,2 Mo, 400 octets."""
    for unit, step in STEPS:
        if size >= step:
            value = size / step
            return format_unit(
                round(value, 1 if value < 10 else 0), unit, "short", format="#,##0.#", locale=locale
            )
    return format_unit(size, "digital-byte", "long", locale=locale)
