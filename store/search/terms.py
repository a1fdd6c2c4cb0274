"""What is looked for, as plain values; and looking for it in a text that no index knows."""

from collections.abc import Sequence

import msgspec

BREAK = "+"
"""Stands between two texts of a line, so that no phrase reaches from one into the other."""
SAID = "+said"
"""Is on every message and reply."""
FILE = "+file"
"""Is on what carries a file."""

_SHORT_ID = 16
"""The last so many characters of an identifier, all of them random, name it in the index."""


def room_tag(message_id: str) -> str:
    """Is on every line of a discussion."""
    return f"#{message_id[-_SHORT_ID:]}"


def name_tag(identifier: str) -> str:
    """Is on every line in which a person or group is named: as its author, as addressed, as added."""
    return f"@{identifier[-_SHORT_ID:]}"


def author_tag(person_id: str) -> str:
    """Is on what a person wrote."""
    return f"={person_id[-_SHORT_ID:]}"


class Term(msgspec.Struct, frozen=True):
    """One thing that must be found: a word or, `whole`, exactly these words one after the other.

    A word that is not `whole` is also found as the beginning of another, in one of its `others` (singular, plural),
    and where a person or group is named whose name begins like it (`names` are their tags).
    """

    words: tuple[str, ...]
    whole: bool = False
    others: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def begins(self) -> bool:
        """Whether longer words are found, too. A single letter begins too many."""
        return not self.whole and len(self.words[0]) > 1


class Query(msgspec.Struct, frozen=True):
    """Everything that must be true of a line: all `terms`, one of each of `tags`, none of `without`."""

    terms: tuple[Term, ...]
    tags: tuple[tuple[str, ...], ...] = ()
    without: tuple[str, ...] = ()

    def is_true_of(self, tokens: Sequence[str]) -> bool:
        """Whether a line with these tags and words is found."""
        known = frozenset(tokens)
        return (
            all(not known.isdisjoint(any_of) for any_of in self.tags)
            and known.isdisjoint(self.without)
            and all(_holds(tokens, known, term) for term in self.terms)
        )


def _holds(tokens: Sequence[str], known: frozenset[str], term: Term) -> bool:
    if len(term.words) > 1:
        return _stands_in(tokens, list(term.words))
    word = term.words[0]
    return (
        word in known
        or not known.isdisjoint(term.others)
        or not known.isdisjoint(term.names)
        or (term.begins and any(token.startswith(word) for token in known))
    )


def _stands_in(tokens: Sequence[str], phrase: list[str]) -> bool:
    length = len(phrase)
    return any(
        token == phrase[0] and list(tokens[start : start + length]) == phrase
        for start, token in enumerate(tokens)
    )
