"""Moments as a person reads them: in her language and her time zone."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale
from babel.dates import format_date, format_datetime, format_skeleton, format_time, format_timedelta

UNKNOWN_ZONE = "UTC"


def zone_called(name: str) -> tzinfo:
    """The time zone of this name, or UTC when there is none."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(UNKNOWN_ZONE)


@dataclass(frozen=True)
class Dates:
    """Writes moments for one person at one moment (`now`)."""

    locale: Locale
    zone: tzinfo
    now: datetime

    def day_of(self, at: datetime) -> date:
        """The day on which `at` falls where the person is."""
        return at.astimezone(self.zone).date()

    @property
    def today(self) -> date:
        """The person's present day."""
        return self.day_of(self.now)

    def days_ago(self, day: date) -> int:
        """How many days `day` lies back: 0 today, 1 yesterday."""
        return (self.today - day).days

    def is_just_now(self, at: datetime) -> bool:
        """Whether `at` is less than a minute ago."""
        return timedelta(0) <= self.now - at < timedelta(minutes=1)

    def clock(self, at: datetime) -> str:
        """Hours and minutes: `14:03`."""
        return format_time(at, "short", tzinfo=self.zone, locale=self.locale)

    def minute(self, at: datetime) -> str:
        """Day, hour and minute: `21 November 2026, 14:03`."""
        day = format_date(self.day_of(at), "long", locale=self.locale)
        return str(self.locale.datetime_formats["long"]).format(self.clock(at), day)

    def exact(self, at: datetime) -> str:
        """Everything there is to know about `at`, for whoever points at it."""
        return format_datetime(at, "long", tzinfo=self.zone, locale=self.locale)

    def row(self, at: datetime) -> str:
        """In a list: relative for a day (`12 min ago`), then the date, with its year when it is another one."""
        ago = self.now - at
        if timedelta(0) <= ago < timedelta(days=1):
            # Whole minutes and hours that have passed, as the browser counts them when it goes on from here.
            unit = timedelta(minutes=1) if ago < timedelta(hours=1) else timedelta(hours=1)
            passed = -unit * max(1, ago // unit)
            return format_timedelta(
                passed, threshold=1, add_direction=True, format="short", locale=self.locale
            )
        return self.short_day(at)

    def short_day(self, at: datetime) -> str:
        """The day in short (`21 Nov`), with its year when it is another one."""
        day = self.day_of(at)
        return format_skeleton("MMMd" if day.year == self.today.year else "yMMMd", day, locale=self.locale)

    def day(self, day: date) -> str:
        """A whole day: `Saturday 21 November 2026`."""
        return format_date(day, "full", locale=self.locale)
