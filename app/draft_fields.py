"""What the fields of a message in progress may hold."""

from datetime import datetime
from typing import Any, Literal

import msgspec
from msgspec import UNSET, UnsetType

from app.bodies import check_text
from app.errors import FieldError, InvalidInput

MAX_SUBJECT = 200
COLUMNS = ("subject", "body", "kind", "reply_policy", "separately", "urgent", "starts_at", "ends_at")


class Address(msgspec.Struct, frozen=True):
    """A person or a group to write to, or a list of one's own, which stands for those in it."""

    type: Literal["person", "group", "list"]
    id: str


class RecipientRef(msgspec.Struct, frozen=True):
    """A person or a group that a message is addressed to, with the name."""

    type: Literal["person", "group"]
    id: str
    name: str


class DraftFields(msgspec.Struct, frozen=True, kw_only=True):
    """What a writer may set; what is left out stays as it is."""

    subject: str | UnsetType = UNSET
    body: str | UnsetType = UNSET
    to: list[Address] | UnsetType = UNSET
    cc: list[Address] | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    reply_policy: str | UnsetType = UNSET
    separately: bool | UnsetType = UNSET
    urgent: bool | UnsetType = UNSET
    attachments: list[str] | UnsetType = UNSET
    starts_at: datetime | UnsetType | None = UNSET
    ends_at: datetime | UnsetType | None = UNSET


def checked(fields: DraftFields) -> dict[str, Any]:
    """The columns that `fields` sets, once each is known to be right; raises `InvalidInput`."""
    columns = {name: value for name in COLUMNS if (value := getattr(fields, name)) is not UNSET}
    errors = []
    if "subject" in columns:
        columns["subject"] = " ".join(columns["subject"].split())
        errors += _wrong_subject(columns["subject"])
    if columns.get("kind", "message") != "message":
        errors.append(FieldError("kind", "not_available", "The kind must be message."))
    if columns.get("reply_policy", "everyone") not in ("everyone", "nobody"):
        errors.append(FieldError("reply_policy", "unknown", "The reply policy is everyone or nobody."))
    for name in ("starts_at", "ends_at"):
        moment = columns.get(name)
        if moment is not None and moment.tzinfo is None:
            errors.append(FieldError(name, "no_zone", "A moment needs a time zone or an offset."))
    if errors:
        raise InvalidInput(*errors)
    if "body" in columns:
        check_text(columns["body"])
    return columns


def check_times(starts_at: datetime | None, ends_at: datetime | None) -> None:
    """Raise `InvalidInput` for an end without a start, or before it."""
    if ends_at is not None and (starts_at is None or ends_at < starts_at):
        raise InvalidInput(FieldError("ends_at", "before_start", "The end must not be before the start."))


def _wrong_subject(subject: str) -> list[FieldError]:
    if len(subject) > MAX_SUBJECT:
        return [FieldError("subject", "too_long", f"The subject is longer than {MAX_SUBJECT} characters.")]
    if any(c == "\0" or "\ud800" <= c <= "\udfff" for c in subject):
        return [FieldError("subject", "invalid", "The subject holds NUL characters or lone surrogates.")]
    return []
