"""The form in which a message is written: what was typed, what is wrong with it, and how it is shown again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from starlette.datastructures import FormData

from app import attachments
from app.drafts import Address, Draft, DraftFields
from app.errors import InvalidInput, RecipientsRefused, RefusedRecipient
from app.events import Attached
from app.site import Identity, Site
from web.i18n import mark
from web.pages import later, recipient_fields
from web.pages.later import Later, Quiet
from web.pages.message_sentences import REFUSALS, REFUSED_OTHERWISE, sentence_for
from web.pages.previewing import Preview, preview
from web.pages.recipient_fields import RecipientField, addresses

BUTTONS = ("action", "remove")
MOST_FILES = 200
"""More than may ever go together: what is too many is said of what was chosen."""
TO = RecipientField("to", mark("To"))
CC = RecipientField("cc", mark("Cc"))


@dataclass(frozen=True)
class Written:
    """What a writer has typed and chosen so far."""

    subject: str = ""
    body: str = ""
    to: Sequence[Address] = ()
    cc: Sequence[Address] = ()
    to_search: str = ""
    cc_search: str = ""
    reply_policy: str = "everyone"
    separately: bool = False
    urgent: bool = False
    send_at: str = ""
    """The time to leave that was typed or chosen; no draft keeps it."""
    attachments: Sequence[str] = ()
    version: int = 0
    """Of the draft that was read; 0: nothing is kept yet."""

    @property
    def is_blank(self) -> bool:
        """Whether there is nothing that could be lost."""
        return not (self.subject.strip() or self.body.strip() or self.to or self.cc or self.attachments)

    @property
    def fields(self) -> DraftFields:
        """What of it a draft keeps."""
        return DraftFields(
            # As it is kept, so that what was kept already can be told from what is new.
            subject=" ".join(self.subject.split()),
            body=self.body,
            to=list(self.to),
            cc=list(self.cc),
            reply_policy=self.reply_policy,
            separately=self.separately,
            urgent=self.urgent,
            attachments=list(self.attachments),
        )

    def is_in(self, draft: Draft) -> bool:
        """Whether the draft says exactly this."""
        return written_in(draft).fields == self.fields

    def without(self, removed: str) -> "Written":
        """The same without what `to:person:<id>` (or cc, or group), or `attachments:<id>` names."""
        role, _, value = removed.partition(":")
        if role == "attachments":
            return replace(self, attachments=[one for one in self.attachments if one != value])
        gone = recipient_fields.parsed([value])
        if role == "to":
            return replace(self, to=[a for a in self.to if a not in gone])
        return replace(self, cc=[a for a in self.cc if a not in gone])


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """What is in the way, as it is shown. Sentences are in the reader's language already."""

    problems: Sequence[str] = ()
    refused_sentences: Sequence[str] = ()
    other: Draft | None = None


@dataclass(frozen=True, kw_only=True)
class MessageForm(Trouble):
    """What the template shows."""

    action: str
    draft: str
    version: int
    subject: str
    body: str
    to: RecipientField
    cc: RecipientField
    reply_policy: str
    separately: bool
    urgent: bool
    later: Later
    quiet: Quiet
    attachments: Sequence[Attached] = ()
    saved_at: datetime | None = None
    preview: Preview | None = None
    errors: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True)
class Wrong:
    """Why a message could not be saved or sent: sentences of the catalogue, and the fields concerned.

    What is `said` is in the reader's language already.
    `other` is what was saved over the same version meanwhile: the writer chooses.
    """

    sentences: Sequence[str] = ()
    said: Sequence[str] = ()
    refused: Sequence[RefusedRecipient] = ()
    fields: frozenset[str] = field(default_factory=frozenset)
    other: Draft | None = None

    @property
    def anything(self) -> bool:
        """Whether something is wrong at all."""
        return bool(self.sentences or self.said or self.refused or self.other)


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
        reply_policy="nobody" if form.get("reply_policy") == "nobody" else "everyone",
        separately=form.get("separately") == "yes",
        urgent=form.get("urgent") == "yes",
        send_at=later.typed_in(form),
        attachments=[one for one in map(str, form.getlist("attachments")) if one.isalnum()][:MOST_FILES],
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else 0,
    )


def carried(form: FormData) -> list[tuple[str, str]]:
    """Everything that was typed and chosen, for a page in between to hand on: names and values."""
    return [
        (name, value)
        for name, value in form.multi_items()
        if isinstance(value, str) and name not in BUTTONS and not name.endswith("_search")
    ]


def written_in(draft: Draft) -> Written:
    """What a draft holds."""
    return Written(
        subject=draft.subject,
        body=draft.body,
        to=[Address(ref.type, ref.id) for ref in draft.to],
        cc=[Address(ref.type, ref.id) for ref in draft.cc],
        reply_policy=draft.reply_policy,
        separately=draft.separately,
        urgent=draft.urgent,
        attachments=[file.id for file in draft.attachments],
        version=draft.version,
    )


def wrong_input(error: InvalidInput) -> Wrong:
    """What is wrong with the fields, in sentences that people understand."""
    sentences = [sentence_for(problem.field, problem.code, problem.detail) for problem in error.errors]
    return Wrong(list(dict.fromkeys(sentences)), fields=frozenset(problem.field for problem in error.errors))


def wrong_recipients(error: RecipientsRefused) -> Wrong:
    """Who may not be written to."""
    return Wrong(refused=error.refused)


def refusals(refused: Sequence[RefusedRecipient], translate: Callable[[str], str]) -> list[str]:
    """One sentence for each refused recipient: who, and why."""
    return [
        translate(REFUSALS.get(r.why, REFUSED_OTHERWISE)).format(name=r.name, group=r.group) for r in refused
    ]


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
    previewed: bool = False,
) -> MessageForm:
    """The form as it is shown with what is `written` and what is `wrong`; `previewed`: as its readers will see it."""
    refused = frozenset(recipient.id for recipient in wrong.refused)
    return MessageForm(
        action=action,
        draft=draft_id,
        version=written.version,
        subject=written.subject,
        body=written.body,
        to=await recipient_fields.show(site, me, replace(TO, refused=refused), written.to, written.to_search),
        cc=await recipient_fields.show(site, me, replace(CC, refused=refused), written.cc, written.cc_search),
        reply_policy=written.reply_policy,
        separately=written.separately,
        urgent=written.urgent,
        later=later.offered(site, me, written.send_at, wrong="at" in wrong.fields),
        quiet=await later.quiet_hours(site, me),
        attachments=await attachments.named(site, me, written.attachments),
        saved_at=saved_at,
        preview=preview(written.body) if previewed else None,
        errors=wrong.fields,
        **_troubles(wrong, translate),
    )


def trouble(wrong: Wrong, translate: Callable[[str], str]) -> Trouble:
    """What is `wrong`, as it is shown."""
    return Trouble(**_troubles(wrong, translate))


def _troubles(wrong: Wrong, translate: Callable[[str], str]) -> dict[str, Any]:
    return {
        "problems": [*map(translate, wrong.sentences), *wrong.said],
        "refused_sentences": refusals(wrong.refused, translate),
        "other": wrong.other,
    }
