"""A hit as the ingest debugger shows it, and how it travels between processes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime, tzinfo
from typing import Any, TypeVar
from urllib.parse import urlsplit

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from tracking.enrich.explain import DIRECT, Step, refusal_words, steps
from tracking.enrich.trace import Trace
from tracking.ingest.hit import Flag

# A message on the channel layer and a row stay small, whatever a hit carries.
LONGEST_TEXT = 600
# Nobody reads more at once; a batch of a busy site may have 1,000.
MOST = 25

VERDICTS = {
    "accepted": ("Accepted", "icons/check.svg"),
    "dropped": ("Dropped", "icons/close.svg"),
    "aside": ("Set aside", "icons/alert.svg"),
}

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ShownHit:
    """One row; `verdict` is a key of VERDICTS, "aside" where enrichment failed."""

    time: datetime
    verdict: str
    reason: str  # in words, "" for one that is accepted without reserve
    name: str
    url: str
    page: str
    source: str
    steps: tuple[Step, ...]

    @classmethod
    def of(cls, trace: Trace) -> "ShownHit":
        hit, event = trace.hit, trace.event
        verdict, reason = verdict_of(trace)
        return cls(
            time=datetime.fromtimestamp(hit.time_ms / 1000, UTC),
            verdict=verdict,
            reason=reason,
            name=hit.name,
            url=cut(hit.url),
            page=cut(event.path if event else path_of(hit.url)),
            source=cut(event.source or DIRECT) if event else "",
            steps=tuple(
                Step(step.name, cut(step.given), cut(step.made), cut(step.note))
                for step in steps(hit, event, trace.error)
            ),
        )

    @classmethod
    def from_message(cls, data: dict[str, Any]) -> "ShownHit":
        time, told = datetime.fromisoformat(data["time"]), data["steps"]
        return cls(**{**data, "time": time, "steps": tuple(Step(*step) for step in told)})

    def as_message(self) -> dict[str, Any]:
        """Plain data that every channel layer can carry."""
        plain = {name: getattr(self, name) for name in FIELDS}
        told = [[step.name, step.given, step.made, step.note] for step in self.steps]
        return {**plain, "time": self.time.isoformat(), "steps": told}


FIELDS = tuple(field.name for field in fields(ShownHit))


def verdict_of(trace: Trace) -> tuple[str, str]:
    """The verdict and its reason in words."""
    if trace.event is not None:
        apart = Flag.BOT in trace.hit.flags.split(",")
        return "accepted", "bot, counted apart" if apart else ""
    if trace.hit.refused:
        return "dropped", cut(refusal_words(trace.hit))
    return "aside", "enrichment failed"


def is_dropped(hit: dict[str, Any]) -> bool:
    """Whether a hit in a message did not become an event."""
    return hit["verdict"] != "accepted"


def most_telling(hits: Sequence[T], dropped: Callable[[T], bool]) -> list[T]:
    """At most `MOST`, in their order: the newest, and those that were dropped before the others."""
    by_weight = sorted(range(len(hits)), key=lambda number: (dropped(hits[number]), number))
    return [hits[number] for number in sorted(by_weight[-MOST:])]


def path_of(url: str) -> str:
    try:
        return urlsplit(url).path or "/"
    except ValueError:
        return url


def cut(text: str) -> str:
    return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


def render(hit: ShownHit, zone: tzinfo) -> SafeString:
    """The hit's row, with the time of day in a zone."""
    word, icon = VERDICTS[hit.verdict]
    # As text: a template would turn the time into that of the server's zone.
    clock = hit.time.astimezone(zone).strftime("%H:%M:%S")
    context = {"hit": hit, "clock": clock, "word": word, "icon": icon}
    return render_to_string("debugger/hit.html", context)
