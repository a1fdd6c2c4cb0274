"""What can be said of a person in a line of a table or in a form, and what is wrong with it. It looks nothing up."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from app.csv_files import MORE
from app.rules.passwords import MOST_CHARACTERS as MAX_PASSWORD
from store.people import folded

COLUMNS = ("login", "name", "email", "role", "groups", "language", "password", "messaging", "last_seen")
NEEDED = ("login", "name")
ROLES = ("member", "announcer", "operator", "admin")
CHOICES = {"role": ROLES, "language": ("en", "fr"), "messaging": ("yes", "no")}
LONGEST = (("login", 100), ("name", 200), ("email", 254), ("password", MAX_PASSWORD))
LONGEST_GROUP = 200
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
"""Only sending to it tells more."""

Row = Mapping[str, str]
Wrong = tuple[str, str, str]
"""Column, stable code, sentence in English."""


def wrong_in(row: Row) -> Iterator[Wrong]:
    """What is wrong with a row."""
    if row.get(MORE):
        yield "cells", "too_many", "There are more cells than columns."
    for column, most in LONGEST:
        if len(row.get(column) or "") > most:
            yield column, "too_long", f"It is longer than {most} characters."
    for column in COLUMNS:
        if any(not c.isprintable() for c in row.get(column) or ""):
            yield column, "invalid", "It holds characters that cannot be shown."
    for column in NEEDED:
        if not (row.get(column) or "").strip():
            yield column, "empty", "It is empty."
    if any(c.isspace() for c in (row.get("login") or "").strip()):
        yield "login", "invalid", "A login has no spaces."
    yield from _wrong_choices(row)


def _wrong_choices(row: Row) -> Iterator[Wrong]:
    for column, choices in CHOICES.items():
        value = (row.get(column) or "").strip()
        if value and value not in choices:
            yield column, "unknown", f"{value!r} is none of {', '.join(choices)}."
    email = (row.get("email") or "").strip()
    if email and not EMAIL.fullmatch(email):
        yield "email", "invalid", f"{email!r} is not an e-mail address."
    if any(len(name) > LONGEST_GROUP for name in groups_of(row)):
        yield "groups", "too_long", f"A group's name is longer than {LONGEST_GROUP} characters."
    try:
        _moment((row.get("last_seen") or "").strip())
    except (ValueError, OverflowError):
        yield "last_seen", "invalid", f"{row['last_seen']!r} is not an ISO date and time."


def columns_of(row: Row) -> dict[str, Any]:
    """The columns of `person` that a right row sets; what is empty sets none."""
    given = {column: value.strip() for column in COLUMNS if (value := row.get(column) or "").strip()}
    columns: dict[str, Any] = {
        c: given[c] for c in ("login", "name", "email", "role", "language") if c in given
    }
    columns["folded"] = folded(given["name"], given["login"])
    if "messaging" in given:
        columns["messaging"] = given["messaging"] == "yes"
    if "last_seen" in given:
        columns["last_seen_at"] = _moment(given["last_seen"])
    return columns


def groups_of(row: Row) -> list[str]:
    """The names of the groups in a row, each once, spaces joined."""
    names = (" ".join(name.split()) for name in (row.get("groups") or "").split(";"))
    return list(dict.fromkeys(name for name in names if name))


def _moment(text: str) -> datetime | None:
    """A moment in UTC; one without an offset is taken as UTC."""
    if not text:
        return None
    moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
