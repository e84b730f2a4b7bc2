"""A visit and its events as the feed shows them, and how they travel between processes."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.templatetags.static import static

from tracking.enrich.event import EnrichedEvent
from tracking.models import Event

# A row shows one line of a text; a message on the channel layer stays small.
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known when a visit opens; the fields are those of its first event."""

    id: int
    time: datetime
    name: str
    path: str
    title: str
    source: str
    channel: str
    country: str
    city: str
    device: str
    browser: str
    # The names of the goals that its first event reached.
    goals: tuple[str, ...] = ()

    @classmethod
    def of(cls, event: Event | EnrichedEvent, goals: Iterable[str] = ()) -> "Visit":
        return cls(*(cut(getattr(event, field)) for field in FIELDS), tuple(goals))

    @property
    def address(self) -> str:
        """Of its own page, from the page of the feed."""
        return f"visits/{self.id}"

    @property
    def place(self) -> str:
        parts = [part for part in (self.city, country_name(self.country)) if part]
        return ", ".join(parts) or "Unknown place"

    @property
    def flag(self) -> str:
        return flag_of(self.country)

    @property
    def client(self) -> str:
        return " · ".join(part for part in (self.device, self.browser) if part)


FIELDS = tuple(field.name for field in fields(Visit) if field.name != "goals")


@dataclass(frozen=True, slots=True)
class Step:
    """An event of a visit that had opened, as far as the visit's row shows it."""

    id: int
    visit: int
    time: datetime
    name: str
    path: str
    goals: tuple[str, ...] = ()

    @classmethod
    def of(cls, event: Event | EnrichedEvent, goals: Iterable[str] = ()) -> "Step":
        goals = tuple(goals)
        return cls(event.id, event.visit, event.time, event.name, cut(event.path), goals)


def words_of_age(age: timedelta) -> str:
    """`now`, `4 s`, `1 min`, `2 h`, `3 d`; static/js/live.js keeps them current."""
    seconds = int(age.total_seconds())
    if seconds < 2:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def words_of_span(seconds: int) -> str:
    """`34s`, `2m 34s`, `1h 2m`, as the report has durations."""
    hours, minutes = seconds // 3600, seconds // 60 % 60
    if hours:
        return f"{hours}h {minutes}m"
    return f"{minutes}m {seconds % 60}s" if minutes else f"{seconds}s"


def cut(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


@cache
def country_name(code: str) -> str:
    """The English name of an ISO 3166-1 code; a code without a name stands for itself."""
    return str(Locale("en", "GB").territories.get(code, code))


def flag_of(country: str) -> str:
    """Address of a country's flag, or of the one that stands for no country."""
    code = country.lower()
    return static(f"flags/{code if code in flags() else 'xx'}.svg")


@cache
def flags() -> frozenset[str]:
    """Countries of which the look has a flag; asking static() for another one is an error."""
    return frozenset(file.stem for file in (settings.BASE_DIR / "static" / "flags").glob("*.svg"))
