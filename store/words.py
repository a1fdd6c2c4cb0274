"""Words as search sees them, the same in what is indexed, in what is asked and in what is highlighted.

A word is a run of letters and digits without accents and case. What French elides before a vowel (`l'élève`, `qu'il`)
and English adds behind an apostrophe (`the teacher's`) is no word: `eleve` is. Nothing here knows a database.
"""

import re
from collections.abc import Iterator
from functools import lru_cache

import msgspec

from store.people import fold

LONGEST_WORD = 64
"""Characters of a word that count, so that no pasted block of data becomes an entry of its own in the index."""
_APOSTROPHES = "'’ʼ"
# A word may be written with its accents apart, as some systems name files.
_LETTER = r"[^\W_](?:[̀-ͯ]*)"
_WORD = re.compile(rf"(?:{_LETTER})+")
_ELIDED = frozenset({"c", "d", "j", "l", "m", "n", "s", "t", "qu"})
_PLURAL_ENDS = ("s", "x")


class Word(msgspec.Struct, frozen=True, gc=False):
    """A word of a text, and where it stands there (code points; `end` is the first one after it)."""

    folded: str
    start: int
    end: int


def words_of(text: str) -> Iterator[Word]:
    """The words of `text` in their order."""
    for found in _WORD.finditer(text):
        start, end = found.span()
        word = _folded(found.group())
        if word and not _is_bound(word, text, start, end):
            yield Word(word, start, end)


def folded_words(text: str) -> list[str]:
    """The same without their places."""
    return [word.folded for word in words_of(text)]


def other_numbers(word: str) -> tuple[str, ...]:
    """What a word may be in the singular where it looks like a plural, or in a plural that does not begin like it.

    Only regular forms of French and English; each is looked for as a whole word, so that `prix` does not find `prison`.
    """
    if len(word) < 4 or word.isdigit():
        return ()
    if word.endswith("al"):
        return (f"{word[:-2]}aux",)  # journal, journaux
    if word.endswith("y"):
        return (f"{word[:-1]}ies",)  # story, stories
    if word.endswith("ss") or not word.endswith(_PLURAL_ENDS):
        return ()
    if word.endswith("ies"):
        return (word[:-1], f"{word[:-3]}y")
    if word.endswith("es"):
        return (word[:-1], word[:-2])  # classes: classe, class
    if word.endswith("aux"):
        return (word[:-1], f"{word[:-3]}al")
    return (word[:-1],)


# Few words make most of what is written.
@lru_cache(maxsize=65_536)
def _folded(word: str) -> str:
    return fold(word).replace(" ", "")[:LONGEST_WORD]


def _is_bound(word: str, text: str, start: int, end: int) -> bool:
    """Whether it is only what an apostrophe binds to the word after it, or to the one before it."""
    if len(word) > 2:
        return False
    if word in _ELIDED and end + 1 < len(text) and text[end] in _APOSTROPHES and text[end + 1].isalnum():
        return True
    return word == "s" and start > 1 and text[start - 1] in _APOSTROPHES and text[start - 2].isalnum()
