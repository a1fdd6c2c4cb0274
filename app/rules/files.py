"""How many files, and how large, may be carried and kept."""

from collections.abc import Sequence

import msgspec

MIB = 1024 * 1024


class FileLimits(msgspec.Struct, frozen=True):
    """Bounds in bytes: of one file, of those of one message or reply together, of all that a person has brought.

    `files` is how many one message or reply may carry.
    """

    file: int = 25 * MIB
    files: int = 20
    together: int = 100 * MIB
    person: int = 2048 * MIB


class WrongFiles(msgspec.Struct, frozen=True):
    """Why these files may not be carried together: a stable reason code, and a sentence for programmers."""

    code: str
    detail: str


def wrong_ids(ids: Sequence[str], limits: FileLimits) -> WrongFiles | None:
    """What is wrong with wanting to carry these, whatever they are."""
    if len(ids) > limits.files:
        return WrongFiles("too_many", f"There are more than {limits.files} attachments.")
    if len(set(ids)) < len(ids):
        return WrongFiles("repeated", "An attachment is named twice.")
    return None


def wrong_sizes(sizes: Sequence[int], limits: FileLimits) -> WrongFiles | None:
    """What is wrong with carrying files of these sizes."""
    if sum(sizes) > limits.together:
        return WrongFiles(
            "too_large", f"The attachments have more than {limits.together // MIB} MiB together."
        )
    return None
