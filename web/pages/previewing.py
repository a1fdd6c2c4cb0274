"""A text as its readers will see it, before it is sent."""

from dataclasses import dataclass

from app.bodies import MOST
from app.markdown import render


@dataclass(frozen=True)
class Preview:
    """A body as its readers will see it; `html` only where it is more than plain text."""

    body: str
    html: str | None


def preview(body: str) -> Preview:
    """`body` as its readers will see it. What is too long to be sent is shown as it is."""
    text = body.strip()
    return Preview(text, render(text) if len(text) <= MOST else None)
