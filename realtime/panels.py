"""The ranked lists beside the feed: what is online now, with its rise or fall."""

from dataclasses import dataclass
from urllib.parse import quote, urlencode

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from realtime.visits import country_name, flag_of
from realtime.window import Now, Rank


@dataclass(frozen=True)
class Entry:
    """A value in words; `bar` is its share of the first one in per cent, `url` filters by it."""

    words: str
    flag: str
    bar: int
    count: int
    change: int
    url: str

    @property
    def arrow(self) -> str:
        return f"{'↑' if self.change > 0 else '↓'} {abs(self.change)}"

    @property
    def change_words(self) -> str:
        return words_of_change(self.change)


@dataclass(frozen=True)
class Panel:
    """`nothing` is said where the list is empty."""

    name: str
    title: str
    note: str
    nothing: str
    entries: list[Entry]


def panels(now: Now) -> list[Panel]:
    nobody = "Nobody is online"
    return [
        Panel("pages", "Pages", "online", nobody, _entries(now.pages, "event:page")),
        Panel("sources", "Sources", "online", nobody, _entries(now.sources, "visit:source")),
        Panel("places", "Places", "online", nobody, _entries(now.places, "visit:country")),
        Panel("devices", "Devices", "online", nobody, _entries(now.devices, "visit:device")),
        Panel(
            "events",
            "Events",
            "people in 5 minutes",
            "Nothing but pageviews",
            [_entry(rank, now.events[0].count) for rank in now.events],
        ),
    ]


def render(now: Now) -> SafeString:
    return render_to_string("live/panels.html", {"panels": panels(now)})


def words_of_presence(now: Now) -> str:
    """How it is known who is online: `3 active · 1 idle · 2 seen in the last five minutes`."""
    counts = (
        (now.active, "active"),
        (now.idle, "idle"),
        (now.recent, "seen in the last five minutes"),
    )
    return " · ".join(f"{count:,} {word}" for count, word in counts if count)


def words_of_change(change: int) -> str:
    if not change:
        return "As many as five minutes ago"
    return f"{abs(change):,} {'more' if change > 0 else 'fewer'} than five minutes ago"


# What a blank value is called, in words and by the filter that finds it.
BLANK = {
    "": ("", ""),
    "event:page": ("Unknown", "(not set)"),
    "visit:source": ("Direct / None", "Direct / None"),
    "visit:country": ("Unknown place", "(not set)"),
    "visit:device": ("Unknown", "(not set)"),
}


def _entries(ranks: list[Rank], dimension: str) -> list[Entry]:
    return [_entry(rank, ranks[0].count, dimension) for rank in ranks]


def _entry(rank: Rank, highest: int, dimension: str = "") -> Entry:
    words, asked = (rank.value, rank.value) if rank.value else BLANK[dimension]
    is_country = dimension == "visit:country"
    return Entry(
        words=country_name(words) if is_country and rank.value else words,
        flag=flag_of(rank.value) if is_country else "",
        bar=round(100 * rank.count / highest),
        count=rank.count,
        change=rank.change,
        url=_url(dimension, asked) if dimension else "",
    )


def _url(dimension: str, value: str) -> str:
    """The live page with a filter, as reports write it in their addresses."""
    return "?" + urlencode({"f": f"is,{dimension},{quote(value, safe='')}"})
