"""What a use case may refuse with. Each error has a stable `code` that doors pass on unchanged.

ParleyError
├── NotSignedIn          not_signed_in      nobody, a wrong password, an ended session
│   └── NoAccount        no_account         known elsewhere, but not here
├── NotFound             not_found          what does not exist and what one may not see look alike
├── Forbidden            forbidden          seen, but not for this person to do
├── InvalidInput         invalid            one `FieldError` per field that is wrong
│   └── InvalidBody      invalid_body
├── NoRecipients         no_recipients
├── RecipientsRefused    recipients_refused each refused recipient with the reason
├── AlreadySent          already_sent       a sent message never changes
│   └── MessageHeld      message_held       on its way: it is taken back before it is changed
├── FileTooLarge         file_too_large     one file beyond the limit
├── FilesFull            files_full         a person's files together beyond the limit
├── VersionConflict      version_conflict   somebody (or another tab) saved a newer version
├── ClientIdReused       client_id_reused   the same client_id with another content
├── RateLimited          rate_limited       `retry_after` seconds
└── Unavailable          unavailable        the store is away; `retry_after` seconds
"""

from typing import ClassVar

import msgspec

from app.rules.files import MIB


class FieldError(msgspec.Struct, frozen=True):
    """One field that is wrong: where, a stable code, and a sentence in English for programmers."""

    field: str
    code: str
    detail: str


class RefusedRecipient(msgspec.Struct, frozen=True, omit_defaults=True):
    """A person or group who may not be written to (so). `why` is a stable reason code (see `app.rules.audience`).

    Who is reached through a whole group only is so through the group of the name `group`.
    """

    id: str
    name: str
    why: str
    group: str = ""


class ParleyError(Exception):
    """Nothing happened, and this is why. `detail` is an English sentence without private content."""

    code: ClassVar[str]
    default_detail: ClassVar[str]

    def __init__(self, detail: str | None = None) -> None:
        self.detail = detail or self.default_detail
        super().__init__(self.detail)


class NotSignedIn(ParleyError):
    """Nobody is signed in, or the sign-in is over."""

    code = "not_signed_in"
    default_detail = "Sign in first."


class WrongCredentials(NotSignedIn):
    """Login and password do not belong together (the same answer for an unknown login)."""

    code = "wrong_credentials"
    default_detail = "This login and password do not belong together."


class NoAccount(NotSignedIn):
    """A provider knows her, but no account here is hers, or it is shut."""

    code = "no_account"
    default_detail = "There is no account here for whom the provider knows."


class NotFound(ParleyError):
    """It does not exist, or this person may not see it."""

    code = "not_found"
    default_detail = "There is nothing here that you can see."


class Forbidden(ParleyError):
    """This person sees it but may not do this to it."""

    code = "forbidden"
    default_detail = "You may not do this."


class InvalidInput(ParleyError):
    """Some fields are wrong; each is named."""

    code = "invalid"
    default_detail = "Some fields are not valid."

    def __init__(self, *errors: FieldError) -> None:
        self.errors = errors
        super().__init__(" ".join(error.detail for error in errors) or None)


class InvalidBody(InvalidInput):
    """A body that is empty, too long, or holds NUL or lone surrogates."""

    code = "invalid_body"

    def __init__(self, detail: str) -> None:
        super().__init__(FieldError("body", "invalid_body", detail))


class NoRecipients(ParleyError):
    """A message without recipients cannot be sent; it stays a draft."""

    code = "no_recipients"
    default_detail = "This message has no recipient yet; it is kept as a draft."


class RecipientsRefused(ParleyError):
    """Some recipients may not be written to; nothing was sent."""

    code = "recipients_refused"
    default_detail = "Nothing was sent: some recipients may not be written to."

    def __init__(self, refused: list[RefusedRecipient]) -> None:
        self.refused = refused
        super().__init__()


class AlreadySent(ParleyError):
    """A sent message and its log never change."""

    code = "already_sent"
    default_detail = "This message is sent and never changes any more."


class MessageHeld(AlreadySent):
    """This message is on its way and does not change, unless its author takes it back first."""

    code = "message_held"
    default_detail = "This message is about to leave; take it back before you change it."


class FileTooLarge(ParleyError):
    """This file is larger than a file may be: `most` bytes."""

    code = "file_too_large"
    default_detail = "This file is too large."

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"A file has at most {most // MIB} MiB here.")


class FilesFull(ParleyError):
    """With this file, this person's files would have more bytes than `most`."""

    code = "files_full"
    default_detail = "There is no room for further files."

    def __init__(self, most: int) -> None:
        self.most = most
        super().__init__(f"The files of one person have at most {most // MIB} MiB together here.")


class VersionConflict(ParleyError):
    """A newer version was saved meanwhile. `current` is its number."""

    code = "version_conflict"
    default_detail = "A newer version of this draft was saved elsewhere."

    def __init__(self, current: int) -> None:
        self.current = current
        super().__init__()


class ClientIdReused(ParleyError):
    """This client_id already names another reply."""

    code = "client_id_reused"
    default_detail = "This client_id already belongs to a reply with another content."


class RateLimited(ParleyError):
    """Too much in too short a time; try again after `retry_after` seconds."""

    code = "rate_limited"
    default_detail = "Too many at once; try again in a moment."

    def __init__(self, retry_after: float) -> None:
        self.retry_after = retry_after
        super().__init__()


class Unavailable(ParleyError):
    """The store is away; nothing is known to be stored. Try again after `retry_after` seconds."""

    code = "unavailable"
    default_detail = "The store is not available at the moment; nothing was changed."

    def __init__(self, retry_after: float = 2) -> None:
        self.retry_after = retry_after
        super().__init__()
