"""Choosing a password: what will not do is refused with the reason."""

from app.errors import FieldError, InvalidInput
from app.rules.passwords import FEWEST_CHARACTERS, MOST_CHARACTERS, why_weak

SENTENCES = {
    "too_short": f"A password has at least {FEWEST_CHARACTERS} characters.",
    "too_long": f"A password has at most {MOST_CHARACTERS} characters.",
    "too_simple": "This password is among the first that anybody would try.",
    "like_login": "A password is not the login.",
}


def strong_enough(password: str, login: str, *, field: str = "password") -> None:
    """Raise `InvalidInput` unless `password` will do for the account with this login."""
    if why := why_weak(password, login):
        raise InvalidInput(FieldError(field, why, SENTENCES[why]))
