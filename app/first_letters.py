"""What people type to find a name: the first letters of its words, without accents and case."""

from store.people import fold, folded

MAX_WORDS = 8
"""Words of a search beyond these are not looked at."""
LONGEST = 200


def searched(q: str) -> list[str] | None:
    """The words to look for; None if something was typed that no name can contain."""
    words = fold(q[:LONGEST]).split()[:MAX_WORDS]
    return None if q.strip() and not words else words


def matches(name: str, q: str) -> bool:
    """Whether each word of `q` begins one of the name's."""
    words = searched(q)
    return words is not None and all(f" {word}" in folded(name) for word in words)
