"""What a request brings, read into the type that the call takes; everything that is wrong is named."""

import json
import re
from typing import Any, TypeVar

import msgspec
from starlette.requests import Request

from app.errors import FieldError, InvalidBody, InvalidInput
from web.errors import Refused

Given = TypeVar("Given")

SURROGATE = re.compile("[\ud800-\udfff]")
WHERE = re.compile(r"^(?P<what>.*?)(?: - at `(?P<path>[^`]*)`)?$", re.DOTALL)
MISSING = re.compile(r"^Object missing required field `(?P<name>[^`]*)`$")


async def read_json(request: Request, kind: type[Given], *, may_be_empty: bool = False) -> Given:
    """The body as `kind`; an empty one that `may_be_empty` is `kind` with nothing set.

    Raises `Refused` (415 `unsupported_media_type`, 400 `bad_json`) or `InvalidInput`.
    """
    if may_be_empty and not await request.body():
        return kind()
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if media_type != "application/json" and not media_type.endswith("+json"):
        raise Refused(415, "unsupported_media_type", "The body must be application/json.")
    raw = await request.body()
    try:
        return msgspec.json.decode(raw, type=kind)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        _refuse_surrogates(raw)
        raise Refused(400, "bad_json", "The body is not JSON, or nested too deeply.") from None


def read_query(request: Request, kind: type[Given]) -> Given:
    """The query parameters as `kind`; empty ones count as absent. Raises `InvalidInput`."""
    given = {name: value for name, value in request.query_params.items() if value}
    try:
        return msgspec.convert(given, kind, strict=False)
    except msgspec.ValidationError as error:
        raise _invalid(error) from None


def _refuse_surrogates(raw: bytes) -> None:
    """A lone surrogate is legal in JSON, but no text: a wrong field rather than wrong JSON."""
    if b"\\ud" not in raw and b"\\uD" not in raw:
        return
    try:
        given: Any = json.loads(raw)
    except (ValueError, RecursionError):
        return
    if not isinstance(given, dict):
        return
    for field, value in given.items():
        if isinstance(value, str) and SURROGATE.search(value):
            if field == "body":
                raise InvalidBody("The body holds lone surrogates.")
            raise InvalidInput(FieldError(field, "invalid", "This text holds lone surrogates."))


def _invalid(error: msgspec.ValidationError) -> InvalidInput:
    found = WHERE.match(str(error))
    what, path = (found["what"], found["path"] or "$") if found else (str(error), "$")
    field = path.removeprefix("$").removeprefix(".")
    if missing := MISSING.match(what):
        name = missing["name"]
        return InvalidInput(FieldError(f"{field}.{name}" if field else name, "missing", f"{what}."))
    return InvalidInput(FieldError(field, _code(what), f"{what}."))


def _code(what: str) -> str:
    if re.search("length|>=|<=|[<>]", what):
        return "out_of_bounds"
    if "matching regex" in what or "Invalid" in what:
        return "invalid"
    return "wrong_type"
