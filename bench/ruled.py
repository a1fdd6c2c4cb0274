"""What the rules on who may write to whom cost in a large school: to find recipients, to send, and to import it all."""

import http.client
import random
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import msgspec

from bench.machine import Cores
from bench.row import Row, at_most
from bench.server import Process, Site, call
from bench.store import postgresql_of_its_own

LISTED_WITHIN_MS = 50.0
"""Milliseconds from first letters to the list, that any of them may take."""
IMPORTED_WITHIN_S = 60.0
SENT_WITHIN_MS = 1500.0
"""What a message to 5,000 may take (qualities.md)."""
TIMES = 5
SENDS = 9
SUBJECTS = 19
SEED = 5
CONSONANTS, VOWELS = "bcdfghjklmnprstvz", "aeiou"


class Extent(msgspec.Struct, frozen=True):
    """Classes of pupils, with as many groups of parents, and teachers, who are all in one group and two of others."""

    classes: int = 240
    pupils: int = 50
    parents: int = 30
    teachers: int = 800
    prefixes: int = 100


QUICK = Extent(classes=40, pupils=25, parents=15, teachers=100, prefixes=40)


def on_sqlite(folder: Path, cores: Cores, extent: Extent) -> list[Row]:
    """On SQLite, in a folder of its own."""
    return _rows(Site(folder, cores), extent, "SQLite")


def on_postgresql(folder: Path, cores: Cores, extent: Extent) -> list[Row]:
    """On a PostgreSQL of its own."""
    with postgresql_of_its_own() as url:
        return _rows(Site(folder, cores, {"PARLEY_DATABASE_URL": url}), extent, "PostgreSQL")


class School:
    """Who is in it, by a seed: rows of the table of people, and of the table of rules."""

    def __init__(self, extent: Extent) -> None:
        self._random = random.Random(SEED)
        self._first = self._words(200, 2)
        self._last = self._words(1500, 3)
        self.extent = extent
        self.people = [
            *self._some("pupil", [[f"Class {number:03}"] for number in range(extent.classes)], extent.pupils),
            *self._some(
                "parent", [[f"Parents {number:03}"] for number in range(extent.classes)], extent.parents
            ),
            *self._some("teacher", [self._departments() for _ in range(extent.teachers)], 1),
        ]
        self.rules = list(self._rules())

    def prefixes(self) -> list[str]:
        """What people type: one to three first letters of a name, two names, a group, what nobody is called."""
        names = [name for _, name, _ in self._random.sample(self.people, self.extent.prefixes // 4)]
        typed = [name[:length] for name in names for length in (1, 2, 3)]
        both = [f"{last[:2]} {first[:1]}" for first, last in (name.split() for name in names)]
        return ["class", "par", "zzzz", *dict.fromkeys([*typed, *both])]

    def _some(self, kind: str, groups: list[list[str]], each: int) -> Iterator[tuple[str, str, list[str]]]:
        for place, names in enumerate(groups):
            for number in range(each):
                name = f"{self._random.choice(self._first)} {self._random.choice(self._last)}"
                yield f"{kind}{place * each + number:05}", name, names

    def _departments(self) -> list[str]:
        return [
            "Staff",
            *(f"Subject {number:02}" for number in self._random.sample(range(SUBJECTS), 2)),
        ]

    def _rules(self) -> Iterator[tuple[str, str, str]]:
        yield "Staff", "Staff", "both"
        for number in range(SUBJECTS):
            yield f"Subject {number:02}", f"Subject {number:02}", "both"
        for number in range(self.extent.classes):
            group, parents = f"Class {number:03}", f"Parents {number:03}"
            yield from (
                (group, group, "members"),
                (group, f"Subject {number % SUBJECTS:02}", "members"),
                ("Staff", group, "both"),
                ("Staff", parents, "both"),
                (parents, "Staff", "both"),
                (parents, parents, "group"),
            )

    def _words(self, number: int, syllables: int) -> list[str]:
        draw = self._random.choice
        return [
            "".join(draw(CONSONANTS) + draw(VOWELS) for _ in range(syllables)).title() for _ in range(number)
        ]


def _rows(site: Site, extent: Extent, where: str) -> list[Row]:
    school = School(extent)
    (site.folder / "school.csv").write_text(
        "\n".join(
            [
                "login,name,groups",
                *(f"{login},{name},{';'.join(groups)}" for login, name, groups in school.people),
            ]
        )
    )
    (site.folder / "rules.csv").write_text(
        "\n".join(["from,to,reach", *(",".join(rule) for rule in school.rules)])
    )
    people_s = _timed(site, "people", "import", "school.csv")
    writers = ("teacher00000", "pupil00000", "parent00000")
    printed = site.command("tokens", "create", *writers)
    tokens = dict(line.split("\t") for line in printed.splitlines())
    with site.serving() as server:
        without = _sends(server, tokens)
        rules_s = _timed(site, "rules", "import", "rules.csv")
        prefixes, spent = school.prefixes(), server.cpu()
        asked = {writer: _ask(server, token, prefixes) for writer, token in tokens.items()}
        cpu_ms = (server.cpu() - spent) * 1000 / (len(prefixes) * len(tokens) * TIMES)
        empty = {writer: _ask(server, token, [""])[""] for writer, token in tokens.items()}
        sent = _sends(server, tokens)
    size = f"{len(school.people):,} people, {len(school.rules):,} rules"
    imported = at_most(f"import of {size}", people_s, IMPORTED_WITHIN_S, "s", rules_s=rules_s)
    rows = [imported, *_found(asked, size, cpu_ms, empty), *_sent(sent, without)]
    return [msgspec.structs.replace(row, name=f"{row.name} ({where})") for row in rows]


def _timed(site: Site, *command: str) -> float:
    began = time.perf_counter()
    site.command(*command)
    return round(time.perf_counter() - began, 2)


def _ask(server: Process, token: str, prefixes: list[str]) -> dict[str, float]:
    """Milliseconds until the list of recipients is there, the median of some times, by what was typed."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port)
    took: dict[str, float] = {}
    for prefix in prefixes:
        each = []
        for _ in range(TIMES):
            began = time.perf_counter()
            connection.request(
                "GET", f"/api/recipients?q={quote(prefix)}", headers={"Authorization": f"Bearer {token}"}
            )
            answer = connection.getresponse()
            content = answer.read()
            each.append((time.perf_counter() - began) * 1000)
            if answer.status != http.client.OK:
                raise RuntimeError(f"{prefix}: {answer.status} {content.decode()}")
        took[prefix] = round(statistics.median(each), 2)
    connection.close()
    return took


def _found(
    asked: dict[str, dict[str, float]], size: str, cpu_ms: float, empty: dict[str, float]
) -> Iterator[Row]:
    """The middle and the worst of all, what the server spends on each, and the field with nothing typed."""
    each = [(took, writer, typed) for writer, found in asked.items() for typed, took in found.items()]
    worst, writer, typed = max(each)
    medians = {writer: round(statistics.median(found.values()), 1) for writer, found in asked.items()}
    name, median = f"first letters to the list, {size}", statistics.median(took for took, *_ in each)
    yield at_most(f"{name}: median", round(median, 1), LISTED_WITHIN_MS, "ms", medians_ms=medians)
    yield at_most(
        f"{name}: worst of {len(each)}", round(worst, 1), LISTED_WITHIN_MS, "ms", of=f"{writer}: {typed!r}"
    )
    yield at_most(f"{name}: server CPU", round(cpu_ms, 1), LISTED_WITHIN_MS, "ms", nothing_typed_ms=empty)


def _sends(server: Process, tokens: dict[str, str]) -> dict[str, list[float]]:
    """Milliseconds of sending, by whom it goes to."""
    teacher, parent = tokens["teacher00000"], tokens["parent00000"]
    found = call(server, teacher, "GET", "/api/recipients?q=ba&limit=50")["items"]
    person = next(option["id"] for option in found if option["type"] == "person")
    many = [{"person": option["id"]} for option in found if option["type"] == "person"]
    group = call(server, teacher, "GET", f"/api/recipients?q={quote('class 000')}")["items"][0]["id"]
    staff = call(server, parent, "GET", "/api/recipients?q=staff")["items"][0]["id"]
    return {
        "a person": _send(server, teacher, [{"person": person}]),
        f"{len(many)} people": _send(server, teacher, many),
        "a group": _send(server, teacher, [{"group": group}]),
        "a large group": _send(server, parent, [{"group": staff}]),
    }


def _send(server: Process, token: str, to: list[dict[str, str]]) -> list[float]:
    took = []
    for _ in range(SENDS):
        fields = {"subject": "To all of you", "body": "A first word.", "to": to}
        draft = call(server, token, "POST", "/api/messages", fields)["id"]
        began = time.perf_counter()
        call(server, token, "POST", f"/api/messages/{draft}/send", {})
        took.append(round((time.perf_counter() - began) * 1000, 2))
    return took


def _sent(sent: dict[str, list[float]], without: dict[str, list[float]]) -> Iterator[Row]:
    for whom, took in sent.items():
        open_ms = statistics.median(without[whom])
        value = statistics.median(took)
        yield at_most(
            f"send to {whom} there", value, SENT_WITHIN_MS, "ms", without_rules_ms=open_ms, each_ms=took
        )
