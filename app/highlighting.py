"""Showing where a text holds what was looked for: ranges of plain text, never markup."""

from collections.abc import Iterator, Sequence

import msgspec

from app.markdown import plain_excerpt
from store.search.terms import Term
from store.words import Word, words_of

LONGEST = 240
"""Characters of an excerpt."""
BEFORE = 60
"""Characters before the first hit, about."""
WHOLE_BODY = 20_000
MOST_MARKS = 50


class Marked(msgspec.Struct, frozen=True):
    """A plain text, and from where to where it holds what was looked for (code points, ascending, apart)."""

    text: str
    marks: list[tuple[int, int]]


def marked(text: str, terms: Sequence[Term]) -> Marked:
    """The whole of a short text."""
    return Marked(text, _marks(text, terms))


def excerpt(body: str, terms: Sequence[Term]) -> Marked:
    """A line of a body without its markup, around the first hit; its beginning where there is none."""
    text = plain_excerpt(body, WHOLE_BODY)
    marks = _marks(text, terms)
    if not marks and (in_markup := _marks(raw := " ".join(body.split()), terms)):
        text, marks = raw, in_markup  # the address of a link, say
    if len(text) <= LONGEST:
        return Marked(text, marks)
    first = marks[0][0] if marks else 0
    start = _beginning_of_word(text, first - BEFORE) if first > BEFORE else 0
    end = start + LONGEST
    cut = text[start:end].rstrip()
    lead, trail = "…" if start else "", "…" if end < len(text) else ""
    shift = len(lead) - start
    inside = [(a + shift, b + shift) for a, b in marks if start <= a and b <= start + len(cut)]
    return Marked(f"{lead}{cut}{trail}", inside)


def _beginning_of_word(text: str, place: int) -> int:
    """The first beginning of a word not before `place`, unless the words there are very long."""
    space = text.find(" ", place, place + BEFORE // 2)
    return place if space < 0 else space + 1


def _marks(text: str, terms: Sequence[Term]) -> list[tuple[int, int]]:
    words = list(words_of(text))
    found = sorted({span for term in terms for span in _hits(words, term)})
    apart: list[tuple[int, int]] = []
    for start, end in found:
        if apart and start <= apart[-1][1]:
            apart[-1] = (apart[-1][0], max(end, apart[-1][1]))
        elif len(apart) < MOST_MARKS:
            apart.append((start, end))
    return apart


def _hits(words: Sequence[Word], term: Term) -> Iterator[tuple[int, int]]:
    length = len(term.words)
    for place, word in enumerate(words):
        if length > 1:
            phrase = words[place : place + length]
            if word.folded == term.words[0] and tuple(one.folded for one in phrase) == term.words:
                yield word.start, phrase[-1].end
        elif (
            word.folded == term.words[0]
            or word.folded in term.others
            or (term.begins and word.folded.startswith(term.words[0]))
        ):
            yield word.start, word.end
