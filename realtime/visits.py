"""A visit as the feed shows it, and how it travels between processes."""

from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from babel import Locale
from django.conf import settings
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.safestring import SafeString

from tracking.enrich.event import EnrichedEvent
from tracking.models import Event

# A row shows one line of a text; a message on the channel layer stays small.
LONGEST_TEXT = 300


@dataclass(frozen=True, slots=True)
class Visit:
    """What is known when a visit opens; the fields are those of its first event."""

    id: int
    time: datetime
    path: str
    title: str
    source: str
    channel: str
    country: str
    city: str
    device: str
    browser: str

    @classmethod
    def of(cls, event: Event | EnrichedEvent) -> "Visit":
        return cls(**{field: cut(getattr(event, field)) for field in FIELDS})

    @classmethod
    def from_message(cls, data: dict[str, Any]) -> "Visit":
        return cls(**{**data, "time": datetime.fromisoformat(data["time"])})

    def as_message(self) -> dict[str, Any]:
        """Plain data that every channel layer can carry."""
        values = {field: getattr(self, field) for field in FIELDS}
        return {**values, "time": self.time.isoformat()}

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
        """Address of the country's flag, or of the one that stands for no country."""
        code = self.country.lower()
        return static(f"flags/{code if code in flags() else 'xx'}.svg")

    @property
    def client(self) -> str:
        return " · ".join(part for part in (self.device, self.browser) if part)


FIELDS = tuple(field.name for field in fields(Visit))


def render(visit: Visit, now: datetime | None = None) -> SafeString:
    """The visit's row, the same on the page and in a frame."""
    age = words_of_age((now or timezone.now()) - visit.time)
    return render_to_string("live/visit.html", {"visit": visit, "age": age})


def words_of_age(age: timedelta) -> str:
    """`now`, `4 s`, `1 min`, `2 h`, `3 d`; static/js/live.js keeps them current."""
    seconds = int(age.total_seconds())
    if seconds < 2:
        return "now"
    for size, unit in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"


def cut(value: Any) -> Any:
    return value[:LONGEST_TEXT] if isinstance(value, str) else value


@cache
def country_name(code: str) -> str:
    """The English name of an ISO 3166-1 code; a code without a name stands for itself."""
    return str(Locale("en", "GB").territories.get(code, code))


@cache
def flags() -> frozenset[str]:
    """Countries of which the look has a flag; asking static() for another one is an error."""
    return frozenset(file.stem for file in (settings.BASE_DIR / "static" / "flags").glob("*.svg"))
