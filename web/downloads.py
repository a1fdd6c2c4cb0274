"""A discussion as a file: plain text to be read, JSON for programs. It is written while it is sent."""

from collections.abc import AsyncIterator
from typing import Literal

import msgspec
from babel.lists import format_list
from starlette.responses import StreamingResponse

from app.discussions import Overview
from app.downloading import whole
from app.errors import NotFound
from app.events import EntryKind, Line, PersonRef
from app.file_names import harmless
from app.site import Identity, Site
from store.database import StoreUnavailable
from web.api.attachments import disposition
from web.i18n import mark
from web.telling import Telling

Form = Literal["text", "json"]

TYPES: dict[Form, str] = {"text": "text/plain; charset=utf-8", "json": "application/json"}
ENDINGS: dict[Form, str] = {"text": ".txt", "json": ".json"}
LONGEST_NAME = 80
NO_SUBJECT = mark("(no subject)")
PARTICIPANTS = mark("Participants: {names}")
FETCHED = mark("As {name} saw it on {time}")
CUT_SHORT = mark("It ends here: the rest could not be fetched.")
ATTACHED = mark("Attached: {names}")
IN_REPLY_TO = mark("In reply to entry {n}")
HAPPENED: dict[EntryKind, str] = {
    "added": mark("{author} added {about}"),
    "removed": mark("{author} removed {about}"),
    "stopped": mark("{author} no longer participates"),
}


def download(site: Site, who: Identity, overview: Overview, form: Form, view: Telling) -> StreamingResponse:
    """The whole discussion, as far as `who` sees it."""
    subject = harmless(overview.subject)[:LONGEST_NAME] if overview.subject.strip() else "Parley"
    name = harmless(f"{subject} {view.dates.today.isoformat()}{ENDINGS[form]}")
    pieces = as_text(site, who, overview, view) if form == "text" else as_json(site, who, overview)
    return StreamingResponse(
        pieces, headers={"Content-Type": TYPES[form], "Content-Disposition": disposition(name)}
    )


async def as_json(site: Site, who: Identity, overview: Overview) -> AsyncIterator[bytes]:
    head = {
        "id": overview.id,
        "subject": overview.subject,
        "kind": overview.kind,
        "author": overview.author,
        "sent_at": overview.sent_at,
        "participants": [PersonRef(person.id, person.name) for person in overview.participants],
    }
    yield msgspec.json.encode(head)[:-1] + b',"entries":['
    between, complete = b"\n", b"true"
    try:
        async for lines in whole(site, who, overview):
            for line in lines:
                yield between + msgspec.json.encode(line)
                between = b",\n"
    except (NotFound, StoreUnavailable):
        complete = b"false"
    # Whoever reads it must be able to tell a whole one from one that broke off.
    yield b'\n],"complete":' + complete + b"}\n"


async def as_text(site: Site, who: Identity, overview: Overview, view: Telling) -> AsyncIterator[str]:
    names = format_list([person.name for person in overview.participants], locale=view.language.locale)
    yield f"{overview.subject or view.gettext(NO_SUBJECT)}\n"
    yield view.gettext(PARTICIPANTS).format(names=names) + "\n"
    yield view.gettext(FETCHED).format(name=who.name, time=view.dates.exact(view.dates.now)) + "\n"
    day = None
    try:
        async for lines in whole(site, who, overview):
            for line in lines:
                if day != (day := view.dates.day_of(line.at)):
                    yield f"\n\n{view.dates.day(day)}\n"
                yield _line(line, view)
    except (NotFound, StoreUnavailable):
        yield "\n\n" + view.gettext(CUT_SHORT) + "\n"


def _line(line: Line, view: Telling) -> str:
    head = f"[{line.seq}] {view.dates.clock(line.at)}"
    if happened := HAPPENED.get(line.kind):
        about = line.about.name if line.about else ""
        return f"\n{head}  {view.gettext(happened).format(author=line.author.name, about=about)}\n"
    more = []
    if line.reply_to:
        more.append(view.gettext(IN_REPLY_TO).format(n=line.reply_to))
    if line.attachments:
        names = format_list([file.name for file in line.attachments], locale=view.language.locale)
        more.append(view.gettext(ATTACHED).format(names=names))
    notes = "".join(f"    ({note})\n" for note in more)
    # Set in, so that nothing that somebody wrote can pass for a line of somebody else.
    text = "".join(f"    {part}".rstrip() + "\n" for part in line.body.splitlines())
    return f"\n{head}  {line.author.name}\n{notes}{text}"
