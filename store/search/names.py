"""Whom a word may name: people and groups with a name that begins like it."""

from collections.abc import Sequence

from sqlalchemy import text

from store.prepared import Link, Prepared
from store.search.terms import author_tag, name_tag

MOST_NAMES = 300
"""People and groups; where a word begins more names than these, the first by name are meant."""

_NAMED = """
SELECT id FROM (
    SELECT id, folded FROM person WHERE {find}(folded, :start) > 0
    UNION ALL SELECT id, folded FROM "group" WHERE {find}(folded, :start) > 0
) AS named ORDER BY folded, id LIMIT :most
"""
_PEOPLE = "SELECT id, folded FROM person WHERE {find}(folded, :start) > 0 ORDER BY folded, id"
_FIND = {"sqlite": "instr", "postgresql": "strpos"}

NAMED = Prepared({dialect: text(_NAMED.format(find=find)) for dialect, find in _FIND.items()})
PEOPLE = Prepared({dialect: text(_PEOPLE.format(find=find)) for dialect, find in _FIND.items()})


def names_like(link: Link, word: str) -> tuple[str, ...]:
    """The tags of the people and groups with a name that begins like this word."""
    rows = NAMED.rows(link, {"start": f" {word}", "most": MOST_NAMES})
    return tuple(name_tag(row[0]) for row in rows)


def authors_like(link: Link, words: Sequence[str]) -> tuple[str, ...]:
    """The tags of what is written by people with names that begin like all of these words."""
    rows = PEOPLE.rows(link, {"start": f" {words[0]}"})
    meant = [row[0] for row in rows if all(f" {word}" in row[1] for word in words)]
    return tuple(map(author_tag, meant[:MOST_NAMES]))
