"""What a tree of folders may look like: names, depth, no circles."""

import unicodedata
from collections.abc import Mapping

MOST_CHARACTERS = 50
"""Of a folder's name (product.md C4)."""
LEVELS = 3
"""How deep folders may lie in each other (product.md C4)."""
MOST_FOLDERS = 200
"""Of one person: all of them are shown beside her boxes, on every page."""

Parents = Mapping[str, str | None]
"""For each folder of one tree, the one that it is in."""


def compared(name: str) -> str:
    """A name as it is compared with those beside it: case, and ways to write one letter, make no difference."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())


def is_name(name: str) -> bool:
    """Whether a trimmed name may be one: 1 to 50 characters, all of them visible or spaces."""
    # Categories C*: controls, surrogates, what is not assigned. Format characters (Cf) are parts of some scripts.
    return 0 < len(name) <= MOST_CHARACTERS and not any(
        unicodedata.category(one) in ("Cc", "Cs", "Cn", "Co") for one in name
    )


def within(parents: Parents, folder: str) -> list[str]:
    """A folder and all that lie in it, the innermost last."""
    found = [folder]
    for one in found:
        found += [child for child, parent in parents.items() if parent == one]
    return found


def level(parents: Parents, folder: str | None) -> int:
    """On which level a folder lies: 1 beside the boxes; 0 is the boxes' own."""
    depth = 0
    while folder is not None:
        depth, folder = depth + 1, parents[folder]
    return depth


def height(parents: Parents, folder: str) -> int:
    """How many levels a folder and what lies in it take: 1 when nothing does."""
    return max(level(parents, one) for one in within(parents, folder)) - level(parents, folder) + 1
