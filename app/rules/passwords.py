"""What a password must be that somebody chooses: long enough, and not the first thing that anybody tries.

No rule asks for digits, capitals or signs: they make passwords harder to remember and hardly harder to guess
(NIST SP 800-63B, section 5.1.1.2).
"""

from typing import Literal

FEWEST_CHARACTERS = 10
MOST_CHARACTERS = 1000
"""What is longer is no password of anybody, and is not hashed."""
FEWEST_DIFFERENT = 5

WeakPassword = Literal["too_short", "too_long", "too_simple", "like_login"]


def why_weak(password: str, login: str) -> WeakPassword | None:
    """Why `password` will not do for the account with this login; None if it does."""
    if len(password) < FEWEST_CHARACTERS:
        return "too_short"
    if len(password) > MOST_CHARACTERS:
        return "too_long"
    if len(set(password)) < FEWEST_DIFFERENT or password in ("1234567890", "0123456789"):
        return "too_simple"
    if login and password.casefold().replace(login.casefold(), "").strip("0123456789 .-_") == "":
        return "like_login"
    return None
