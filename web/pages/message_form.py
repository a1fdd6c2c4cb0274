"""The form in which a message is written: what was typed, what is wrong with it, and how it is shown again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from starlette.datastructures import FormData

from app.drafts import Address, Draft, DraftFields
from app.errors import InvalidInput, RecipientsRefused, RefusedRecipient
from app.site import Identity, Site
from web.i18n import mark
from web.pages import recipient_fields
from web.pages.recipient_fields import RecipientField, addresses

TO = RecipientField("to", mark("To"))
CC = RecipientField("cc", mark("Cc"))

EMPTY_TEXT = mark("Write a text before you send. What you have typed is kept.")
LONG_TEXT = mark(
    "The text has more than 20,000 characters. Nothing was lost: shorten it, or send it in two messages."
)
LONG_SUBJECT = mark("The subject has more than 200 characters. Nothing was lost: shorten it, then go on.")
UNKNOWN_RECIPIENT = mark("One of the recipients no longer exists. Take it off, then go on.")
NOT_UNDERSTOOD = mark(
    "Something in this form could not be understood. What you have typed is kept; check it and try again."
)
SAVED_ELSEWHERE = mark(
    "A newer version of this message was saved meanwhile, perhaps in another tab. What you have typed here is kept:"
    " save again to keep this one, or open the message again to see the other."
)
REFUSALS = {
    "opted_out": mark("{name} does not use the messaging. Write by ordinary e-mail instead."),
    "suspended": mark("{name} has no active account any more."),
}
REFUSED_OTHERWISE = mark("You may not write to {name}.")


@dataclass(frozen=True)
class Written:
    """What a writer has typed and chosen so far."""

    subject: str = ""
    body: str = ""
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    to_search: str = ""
    cc_search: str = ""
    version: int = 0

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing that could be lost."""
        return not (self.subject.strip() or self.body.strip() or self.to or self.cc)

    @property
    def fields(self) -> DraftFields:
        """What of it a draft keeps."""
        return DraftFields(subject=self.subject, body=self.body, to=list(self.to), cc=list(self.cc))

    def without(self, removed: str) -> "Written":
        """The same without the recipient that `to:person:<id>` (or cc, or group) names."""
        role, _, value = removed.partition(":")
        gone = recipient_fields.parsed([value])
        if role == "to":
            return replace(self, to=[a for a in self.to if a not in gone])
        return replace(self, cc=[a for a in self.cc if a not in gone])


@dataclass(frozen=True)
class MessageForm:
    """What the template shows. Sentences are in the reader's language already."""

    action: str
    draft: str
    version: int
    subject: str
    body: str
    to: RecipientField
    cc: RecipientField
    saved_at: datetime | None = None
    problems: Sequence[str] = ()
    refused_sentences: Sequence[str] = ()
    errors: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Wrong:
    """Why a message could not be saved or sent: sentences of the catalogue, and the fields concerned."""

    sentences: Sequence[str] = ()
    refused: Sequence[RefusedRecipient] = ()
    fields: frozenset[str] = field(default_factory=frozenset)


NOTHING_WRONG = Wrong()


def read(form: FormData) -> Written:
    """What a submitted form holds."""
    version = str(form.get("version", "0"))
    return Written(
        subject=str(form.get("subject", "")),
        # Forms send line breaks as CR LF.
        body=str(form.get("body", "")).replace("\r\n", "\n"),
        to=addresses(form, "to"),
        cc=addresses(form, "cc"),
        to_search=str(form.get("to_search", "")),
        cc_search=str(form.get("cc_search", "")),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
    )


def written_in(draft: Draft) -> Written:
    """What a draft holds."""
    return Written(
        subject=draft.subject,
        body=draft.body,
        to=[Address(ref.type, ref.id) for ref in draft.to],
        cc=[Address(ref.type, ref.id) for ref in draft.cc],
        version=draft.version,
    )


def wrong_input(error: InvalidInput) -> Wrong:
    """What is wrong with the fields, in sentences that people understand."""
    sentences = [_sentence_for(problem.field, problem.code, problem.detail) for problem in error.errors]
    return Wrong(list(dict.fromkeys(sentences)), fields=frozenset(problem.field for problem in error.errors))


def wrong_recipients(error: RecipientsRefused) -> Wrong:
    """Who may not be written to."""
    return Wrong(refused=error.refused)


def refusals(refused: Sequence[RefusedRecipient], translate: Callable[[str], str]) -> list[str]:
    """One sentence for each refused recipient: who, and why."""
    return [translate(REFUSALS.get(r.why, REFUSED_OTHERWISE)).format(name=r.name) for r in refused]


async def shown(
    site: Site,
    me: Identity,
    written: Written,
    translate: Callable[[str], str],
    wrong: Wrong = NOTHING_WRONG,
    *,
    draft_id: str,
    action: str,
    saved_at: datetime | None = None,
) -> MessageForm:
    """The form as it is shown with what is `written` and what is `wrong`."""
    refused = frozenset(recipient.id for recipient in wrong.refused)
    return MessageForm(
        action=action,
        draft=draft_id,
        version=written.version,
        subject=written.subject,
        body=written.body,
        to=await recipient_fields.show(site, me, replace(TO, refused=refused), written.to, written.to_search),
        cc=await recipient_fields.show(site, me, replace(CC, refused=refused), written.cc, written.cc_search),
        saved_at=saved_at,
        problems=[translate(sentence) for sentence in wrong.sentences],
        refused_sentences=refusals(wrong.refused, translate),
        errors=wrong.fields,
    )


def _sentence_for(field_name: str, code: str, detail: str) -> str:
    if field_name == "body":
        return EMPTY_TEXT if "empty" in detail else LONG_TEXT if "longer" in detail else NOT_UNDERSTOOD
    if field_name == "subject" and code == "too_long":
        return LONG_SUBJECT
    return UNKNOWN_RECIPIENT if field_name in ("to", "cc") else NOT_UNDERSTOOD
