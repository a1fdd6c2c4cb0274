"""What was just done to many discussions, as the page says it, and the way back."""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from app.errors import InvalidInput
from app.filing import MOST_MATCHING
from app.keeping import Was
from web.api.filing import Before


@dataclass(frozen=True)
class Done:
    """What was done to how many. `undo`: how they were, as a form sends it back; empty when there is no way back."""

    action: str
    number: int
    undo: str = ""


def done(action: str, changed: Sequence[Was]) -> Done:
    """What a page says after an action."""
    can_undo = action not in ("delete", "undo") and 0 < len(changed) <= MOST_MATCHING
    return Done(action, len(changed), msgspec.json.encode(changed).decode() if can_undo else "")


def how_they_were(undo: str) -> list[Was]:
    """What a form sends back. Raises `InvalidInput` for what is not from here."""
    try:
        before = msgspec.json.decode(undo, type=list[Before])
    except (msgspec.MsgspecError, UnicodeError) as error:
        raise InvalidInput from error
    return [Was(one.id, one.folder, one.trashed, one.muted, one.read_seq) for one in before]
