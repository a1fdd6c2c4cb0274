"""A browser as people call it: `Firefox on Windows`, from the line of text that it sends along.

That line is what the browser says, made to look like others for decades; it identifies nobody and proves nothing.
"""

from typing import NamedTuple

BROWSERS = (
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser/", "Samsung Internet"),
    ("Vivaldi/", "Vivaldi"),
    ("Firefox/", "Firefox"),
    ("FxiOS/", "Firefox"),
    ("CriOS/", "Chrome"),
    ("Chrome/", "Chrome"),
    ("Chromium/", "Chromium"),
    ("Safari/", "Safari"),
)
"""Marks and names; the first that is found counts, since nearly all of them also say Chrome and Safari."""
SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("CrOS", "ChromeOS"),
    ("Windows", "Windows"),
    ("Macintosh", "macOS"),
    ("Linux", "Linux"),
)


class Browser(NamedTuple):
    """Names; empty where the line says nothing that is known."""

    name: str
    system: str


def browser_of(user_agent: str) -> Browser:
    """Which browser this is, and on which system."""
    return Browser(_first(BROWSERS, user_agent), _first(SYSTEMS, user_agent))


def _first(marks: tuple[tuple[str, str], ...], text: str) -> str:
    return next((name for mark, name in marks if mark in text), "")
