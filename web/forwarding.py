"""What a forwarded message begins with, in the language of who forwards it."""

import re

from starlette.requests import Request

from app import forwarding
from app.drafts import Draft
from app.events import Line
from web.i18n import mark
from web.identity import who
from web.rendering import View, site_of, view_of

SUBJECT = mark("Fwd: {subject}")
WROTE = mark("{name} wrote on {time}:")
MARKS = re.compile(r"([\\`*_\[\]<>#~|])")
"""What Markdown would read as more than a name."""


async def forward(request: Request, discussion_id: str, seq: int | None) -> Draft:
    """A draft with what somebody wrote. Raises `NotFound`."""
    site = site_of(request)
    view = view_of(request, now=site.now())
    return await forwarding.forward(
        site,
        who(request),
        discussion_id,
        seq,
        introduce=lambda line: _introduced(view, line),
        retitle=lambda subject: _retitled(view, subject),
    )


def _introduced(view: View, line: Line) -> str:
    name = MARKS.sub(r"\\\1", line.author.name)
    return view.gettext(WROTE).format(name=name, time=view.dates.exact(line.at))


def _retitled(view: View, subject: str) -> str:
    # A subject is kept with plain spaces; forwarded again, it says so once.
    sentence = " ".join(view.gettext(SUBJECT).split())
    return subject if subject.startswith(sentence.partition("{")[0]) else sentence.format(subject=subject)
