"""What is wrong with the fields of a form, in the reader's words."""

from collections.abc import Mapping

from starlette.requests import Request

from app.errors import FieldError, InvalidInput
from web.i18n import mark
from web.rendering import sentence

Sentences = Mapping[tuple[str, str], str]
"""By field and code."""

DIFFERENT = mark("The two passwords are not the same. Type both again.")
TOO_MANY = mark("Too many attempts. Wait a few minutes, then try again.")
OTHER = mark("This will not do here.")
WEAK = {
    ("password", "too_short"): mark("A password has at least 10 characters. Several words make a good one."),
    ("password", "too_long"): mark("A password has at most 1,000 characters."),
    ("password", "too_simple"): mark(
        "This password is among the first that anybody would try. Choose another one."
    ),
    ("password", "like_login"): mark("The login is not a password. Choose another one."),
}


def said(request: Request, sentences: Sentences, error: InvalidInput) -> dict[str, str]:
    """A sentence for each field that is wrong."""
    return {one.field: sentence(request, sentences.get((one.field, one.code), OTHER)) for one in error.errors}


def check_again(password: str, again: str) -> None:
    """Raise `InvalidInput` unless the same password was typed twice."""
    if password != again:
        raise InvalidInput(FieldError("again", "different", "The two passwords are not the same."))
