"""Searching what one may see: messages, replies and own drafts, by their words, people and files. Newest first."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from app.asking import terms_of
from app.errors import FieldError, InvalidInput
from app.events import PersonRef
from app.highlighting import Marked, excerpt, marked
from app.paging import check_limit, decode_cursor, encode_cursor
from app.site import Identity, Site
from store.prepared import Link
from store.search.asked import Bounds, Key
from store.search.finding import find
from store.search.names import authors_like, names_like
from store.search.results import Result, results
from store.search.terms import FILE, SAID, Query, Term, author_tag
from store.words import folded_words

MOST_RESULTS = 50
ID_LENGTH = 32


class Wanted(msgspec.Struct, frozen=True):
    """What is looked for. With nothing but filters, everything that was said and passes them is found.

    `sender` is a person's id, or names as one types them; `since` and `until` are days, both included.
    """

    q: str = ""
    sender: str = ""
    unread: bool = False
    attachment: bool = False
    folder: str | None = None
    since: date | None = None
    until: date | None = None

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither a question nor a filter."""
        return self == Wanted(q=self.q, sender=self.sender) and not (self.q.strip() or self.sender.strip())


class Found(msgspec.Struct, frozen=True):
    """One result. `kind` is that of the entry (`message`, `reply`, `added`), or `subject`, `draft`, `held`.

    `discussion` and `seq` lead to the entry; `seq` is None for what is not sent yet, whose id `discussion` is. A
    `subject` was found by somebody who does not see the opening message; `seq` is then the first entry she sees.
    `words` are some of the body around the first hit; `files` the names of all files with it.
    """

    kind: str
    discussion: str
    seq: int | None
    at: datetime
    author: PersonRef
    author_marks: list[tuple[int, int]]
    about: PersonRef | None
    subject: Marked
    words: Marked
    files: list[Marked]
    unread: bool


class Findings(msgspec.Struct, frozen=True):
    """A page of results. Not `complete`: older ones may be missing, because the index is still being made."""

    items: list[Found]
    next: str | None
    complete: bool


class _Looking(msgspec.Struct, frozen=True):
    person_id: str
    terms: tuple[Term, ...]
    senders: tuple[str, ...] | None
    """Words of names; None for anybody."""
    wanted: Wanted
    bounds: Bounds
    limit: int

    def __call__(self, link: Link) -> tuple[list[Result], tuple[Term, ...], Key | None, bool]:
        query = self._query(link)
        if query is None:
            return [], (), None, True
        keys, more, is_all = find(link, self.person_id, query, self.bounds, self.limit)
        shown = results(link, self.person_id, keys)
        return shown, query.terms, keys[-1] if more and keys else None, is_all

    def _query(self, link: Link) -> Query | None:
        terms = tuple(
            msgspec.structs.replace(term, names=names_like(link, term.words[0])) if term.begins else term
            for term in self.terms
        )
        tags: list[tuple[str, ...]] = [] if terms else [(SAID,)]
        without: tuple[str, ...] = ()
        if self.wanted.attachment:
            tags.append((FILE,))
        if self.wanted.unread:
            tags.append((SAID,))
            without = (author_tag(self.person_id),)
        if self.senders is not None:
            tags.append(self._authors(link, self.senders))
        return Query(terms, tuple(tags), without) if all(tags) else None

    def _authors(self, link: Link, senders: tuple[str, ...]) -> tuple[str, ...]:
        sender = self.wanted.sender.strip()
        if len(sender) == ID_LENGTH and set(sender) <= set("0123456789abcdef"):
            return (author_tag(sender),)
        return authors_like(link, senders) if senders else ()


async def search(
    site: Site, who: Identity, wanted: Wanted, *, cursor: str | None = None, limit: int = 20
) -> Findings:
    """What `who` may see of what is wanted. Whatever is typed, it is no error: then nothing is found.

    Raises `InvalidInput` for a foreign cursor or a limit out of bounds (1 to 50).
    """
    check_limit(limit, MOST_RESULTS)
    before = _key(cursor) if cursor is not None else None
    terms = terms_of(wanted.q)
    if wanted.is_nothing or terms is None:
        return Findings([], None, True)
    looking = _Looking(
        who.person_id,
        terms,
        tuple(folded_words(wanted.sender)) if wanted.sender.strip() else None,
        wanted,
        _bounds(who, wanted, before),
        limit,
    )
    shown, meant, last, is_all = await site.database.look(looking)
    return Findings([_found(one, meant) for one in shown], _cursor(last) if last else None, is_all)


def _bounds(who: Identity, wanted: Wanted, before: Key | None) -> Bounds:
    return Bounds(
        since=_midnight(who, wanted.since) if wanted.since else None,
        until=_midnight(who, wanted.until, days=1) if wanted.until else None,
        unread=wanted.unread,
        folder=wanted.folder,
        before=before,
    )


def _midnight(who: Identity, day: date, days: int = 0) -> datetime | None:
    """When a day begins where this person is; None for days at the ends of all calendars."""
    try:
        zone = ZoneInfo(who.time_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zone = ZoneInfo("UTC")
    try:
        return datetime.combine(day + timedelta(days=days), time(), zone).astimezone(UTC)
    except OverflowError:
        return None


def _found(one: Result, terms: tuple[Term, ...]) -> Found:
    return Found(
        kind=one.kind,
        discussion=one.message_id,
        seq=one.seq or None,
        at=one.at,
        author=PersonRef(one.author_id, one.author_name),
        author_marks=marked(one.author_name, terms).marks,
        about=PersonRef(one.about_id, one.about_name or "") if one.about_id else None,
        subject=marked(one.subject, terms),
        words=excerpt(one.body, terms),
        files=[marked(name, terms) for name in one.files],
        unread=one.is_unread,
    )


def _cursor(key: Key) -> str:
    at, room, seq = key
    return encode_cursor(at, f"{room}{seq + 1}")


def _key(cursor: str) -> Key:
    at, row = decode_cursor(cursor)
    if len(row) <= ID_LENGTH or not row[ID_LENGTH:].isdecimal():
        raise InvalidInput(FieldError("cursor", "invalid", "This cursor was not given out here."))
    return at, row[:ID_LENGTH], int(row[ID_LENGTH:]) - 1
