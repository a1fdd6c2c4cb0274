"""What somebody typed into the search field, as terms. Whatever it is, it means something or nothing."""

from store.search.terms import Term
from store.words import folded_words, other_numbers

LONGEST_QUESTION = 300
"""Characters that are looked at."""
MOST_TERMS = 12
MOST_WORDS_OF_PHRASE = 20
_QUOTES = str.maketrans(dict.fromkeys("“”„«»", '"'))


def terms_of(q: str) -> tuple[Term, ...] | None:
    """The terms of a question: `"words one after the other"`, and words; a quotation may be left open.

    Empty when nothing was typed; None when something was that no text can hold.
    """
    q = q[:LONGEST_QUESTION]
    terms: dict[Term, None] = {}
    for number, part in enumerate(q.translate(_QUOTES).split('"')):
        words = folded_words(part)
        if number % 2 and words:
            terms[Term(tuple(words[:MOST_WORDS_OF_PHRASE]), whole=True)] = None
        elif number % 2 == 0:
            terms.update((Term((word,), others=other_numbers(word)), None) for word in words)
    if q.strip() and not terms:
        return None
    return tuple(terms)[:MOST_TERMS]
