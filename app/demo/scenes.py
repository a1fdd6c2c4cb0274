"""The files of the demo site as values: discussions, what happens in them, and messages in progress."""

import csv
from datetime import datetime, time, timedelta
from importlib.resources import files
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

ZONE = ZoneInfo("Europe/Paris")
HERE = files("app.demo")


class Step(msgspec.Struct, forbid_unknown_fields=True):
    """Something that somebody does `after` minutes: she says something, adds or removes people, or stops."""

    who: str
    after: int
    says: str = ""
    reply_to: int | None = None
    adds: list[str] = []
    history: bool = True
    removes: str = ""
    stops: bool = False


class Scene(msgspec.Struct, forbid_unknown_fields=True):
    """A discussion. `starts` is a day and time (`3d 09:12`, three days ago) or minutes ago (`95m`).

    Addresses beginning with `@` are groups. Everybody has read it to the end, save those in `unread`, whose first
    unread entry is named there.
    """

    author: str
    to: list[str]
    subject: str
    starts: str
    body: str
    cc: list[str] = []
    reply_policy: Literal["everyone", "nobody"] = "everyone"
    then: list[Step] = []
    unread: dict[str, int] = {}


class Sketch(msgspec.Struct, forbid_unknown_fields=True):
    """A message in progress."""

    author: str
    starts: str
    subject: str = ""
    body: str = ""
    to: list[str] = []
    cc: list[str] = []


class _Sketches(msgspec.Struct):
    drafts: list[Sketch]


def people() -> list[dict[str, str]]:
    """The rows of the import; `last_seen` is in minutes ago."""
    return list(csv.DictReader(HERE.joinpath("people.csv").read_text(encoding="utf-8").splitlines()))


def scenes() -> list[Scene]:
    """The discussions, in the order of their files' names."""
    found = sorted(HERE.joinpath("discussions").iterdir(), key=lambda file: file.name)
    return [
        msgspec.toml.decode(file.read_bytes(), type=Scene) for file in found if file.name.endswith(".toml")
    ]


def sketches() -> list[Sketch]:
    """The messages in progress."""
    return msgspec.toml.decode(HERE.joinpath("drafts.toml").read_bytes(), type=_Sketches).drafts


def moment(starts: str, now: datetime) -> datetime:
    """When something starts, as `Scene.starts` says it."""
    if starts.endswith("m"):
        return now - timedelta(minutes=int(starts[:-1]))
    days, _, clock = starts.partition("d ")
    day = (now.astimezone(ZONE) - timedelta(days=int(days))).date()
    return min(datetime.combine(day, time.fromisoformat(clock), ZONE), now)
