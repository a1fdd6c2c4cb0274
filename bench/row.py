"""One line of the table: what was measured, what is to be reached, and whether it is."""

from typing import Any

import msgspec


class Row(msgspec.Struct, frozen=True):
    """A figure. `met` is None where nothing is to be reached; `detail` holds what it was made of."""

    name: str
    value: float
    unit: str
    reach: str = ""
    met: bool | None = None
    detail: dict[str, Any] = {}


def at_most(name: str, value: float, bound: float, unit: str, **detail: Any) -> Row:
    """A figure that may be as large as `bound`."""
    return Row(name, value, unit, f"≤ {bound:g}", value <= bound, detail)


def at_least(name: str, value: float, bound: float, unit: str, **detail: Any) -> Row:
    """A figure that has to be as large as `bound`."""
    return Row(name, value, unit, f"≥ {bound:g}", value >= bound, detail)
