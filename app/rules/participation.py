"""Who may change the circle of a discussion, and which of its entries each person may see."""


def may_add(actor_state: str) -> bool:
    """Whether somebody with a participation in `actor_state` may add others: anyone in the discussion."""
    return actor_state == "active"


def may_remove(
    *, author_id: str, added_by: str | None, actor_id: str, target_id: str, anyone_removes: bool
) -> bool:
    """Whether `actor_id` may remove `target_id`, added by `added_by` (None: addressed from the start).

    The author removes anyone, whoever added somebody may remove her, everybody may leave; a site may let
    every participant remove every other (`anyone_removes`).
    """
    return anyone_removes or actor_id in (author_id, added_by, target_id)


def sight_on_add(share_history: bool, added_seq: int) -> int:
    """The first entry that a person sees who was added by entry `added_seq`.

    Without history it is her own `added` entry, whatever she saw if she was in the discussion before.
    """
    return 1 if share_history else added_seq


def sees(from_seq: int, until_seq: int | None, state: str, seq: int) -> bool:
    """Whether a participation shows entry `seq`. Who stopped or was removed sees nothing of it any more."""
    return state == "active" and from_seq <= seq and (until_seq is None or seq <= until_seq)
