"""Plausible's CSV export: what was counted on each day, by one breakdown a file.

A zip file of them, or single ones. Names and columns are those that lib/plausible/exports.ex in
plausible/analytics writes and lib/plausible/imported/csv_importer.ex reads, older versions' among
them.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from tracking.enrich.channel import channel
from tracking.transfer.errors import ImportProblem
from tracking.transfer.formats.days import Day, Table
from tracking.transfer.formats.format import Format, Item, LeftOut, Refused
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.source import Source, Stream
from tracking.warehouse.dimensions import DIMENSIONS

NAME = re.compile(r"(?:.*/)?(?:imported_)?([a-z_]+?)_(\d{8})_(\d{8})\.csv", re.IGNORECASE)
NUMBER = re.compile(r"\d{1,15}", re.ASCII)
COUNTRY = re.compile(r"[A-Z]{2}", re.ASCII)
EARLIEST = date(2000, 1, 1)
LONGEST = 2000
ENGAGEMENT = {"engagement", "pageleave"}
NOT_EVENTS = "Engagement, which is no event here."

USUAL = {
    "visitors": "visitors",
    "visits": "visits",
    "pageviews": "pageviews",
    "bounces": "bounces",
    "visit_duration": "duration",
}
UTM = {
    name: name for name in ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
}


@dataclass(frozen=True)
class File:
    """Which table a file becomes; what its columns of texts and of numbers are there."""

    table: str
    texts: Mapping[str, str]
    numbers: Mapping[str, str]

    @property
    def needed(self) -> set[str]:
        """The columns without which it is no such file: those that all versions have."""
        first = next(iter(self.texts), "visits")
        return {"date", "visitors", first}


FILES = {
    "visitors": File("visitors", {}, USUAL),
    "sources": File("sources", {"source": "source", "referrer": "referrer", **UTM}, USUAL),
    "pages": File(
        "pages",
        {"page": "path", "hostname": "hostname"},
        {
            "visitors": "visitors",
            "visits": "visits",
            "pageviews": "pageviews",
            "total_scroll_depth": "depth",
            "total_scroll_depth_visits": "depths",
            "scroll_depth": "depth",
            "pageleave_visitors": "depths",
            "total_time_on_page": "engaged",
            "total_time_on_page_visits": "engaged_visits",
        },
    ),
    "entry_pages": File(
        "entry_pages", {"entry_page": "entry_page"}, USUAL | {"entrances": "visits"}
    ),
    "exit_pages": File("exit_pages", {"exit_page": "exit_page"}, USUAL | {"exits": "visits"}),
    "locations": File("places", {"country": "country", "region": "region", "city": "city"}, USUAL),
    "devices": File("devices", {"device": "device"}, USUAL),
    "browsers": File(
        "browsers", {"browser": "browser", "browser_version": "browser_version"}, USUAL
    ),
    "operating_systems": File(
        "systems", {"operating_system": "os", "operating_system_version": "os_version"}, USUAL
    ),
    "custom_events": File(
        "events",
        {"name": "name", "link_url": "link_url", "path": "link_path"},
        {"visitors": "visitors", "events": "events"},
    ),
}

BLANK = {row.column: row.blank for row in DIMENSIONS.values()}


@dataclass(frozen=True)
class Named:
    """What the name of a file says: which it is, and its first and last day."""

    file: File
    first: date
    last: date


def named(name: str) -> Named | None:
    found = NAME.fullmatch(name)
    file = FILES.get(found[1].lower().removeprefix("imported_")) if found else None
    if not found or not file:
        return None
    try:
        first, last = (date.fromisoformat(text) for text in found.groups()[1:])
    except ValueError:
        return None
    return Named(file, first, last) if EARLIEST <= first <= last else None


def recognises(sample: Sample) -> bool:
    return named(sample.member or sample.name) is not None


def read(source: Source) -> Iterator[Item]:
    none = True
    for stream in source.streams():
        found = named(stream.name)
        if found is None:
            yield Refused(stream.number(1), "The name of the file is none of Plausible's export.")
            continue
        none = False
        yield from _of_stream(stream, found)
    if none:
        raise ImportProblem(
            "There is no file of Plausible's export in it, such as"
            " imported_visitors_20230101_20231231.csv."
        )


def _of_stream(stream: Stream, of: Named) -> Iterator[Item]:
    rows = stream.rows()
    number, columns, problem = next(rows, (stream.number(1), [], ""))
    missing = of.file.needed - set(columns or [])
    if columns is None or missing:
        yield Refused(number, problem or f"The first line has no column {min(missing)!r}.")
        return
    figures = [name for name in of.file.numbers if name in columns]
    names = [of.file.numbers[name] for name in figures]
    yield Table(number, of.file.table, of.first, of.last, names)
    for number, cells, problem in rows:
        if cells is None:
            yield Refused(number, problem)
        elif len(cells) != len(columns):
            many = f"It has {len(cells)} cells where the first line has {len(columns)}."
            yield Refused(number, many)
        else:
            yield _item(number, dict(zip(columns, cells, strict=True)), of, figures)


def _item(number: int, row: Mapping[str, str], of: Named, figures: list[str]) -> Item:
    try:
        day = date.fromisoformat(row["date"])
    except ValueError:
        return Refused(number, "The date is none.")
    if not of.first <= day <= of.last:
        return Refused(number, "The date is not among the days that the file's name says.")
    if of.file.table == "events" and row["name"] in ENGAGEMENT:
        return LeftOut(NOT_EVENTS)
    numbers = []
    for name in figures:
        text = row[name] if row[name] not in ("", "\\N") else "0"
        if not NUMBER.fullmatch(text):
            return Refused(number, f"{name!r} is no whole number.")
        numbers.append(int(text))
    texts = {key: _text(row.get(name, ""), key) for name, key in of.file.texts.items()}
    if of.file.table == "sources":
        texts["channel"] = channel(
            source=texts["source"],
            utm_medium=texts["utm_medium"],
            utm_source=texts["utm_source"],
            utm_campaign=texts["utm_campaign"],
            click_id="",
        )
    if of.file.table == "places":
        texts |= {"country": _country(texts["country"])}
    return Day(number, day, texts, numbers)


def _text(text: str, key: str) -> str:
    """As events have it: blank where the name of what is blank stands there."""
    cleaned = text.replace("\0", "").strip()[:LONGEST]
    return "" if cleaned in (BLANK.get(key), "\\N") else cleaned


def _country(text: str) -> str:
    return text if COUNTRY.fullmatch(text) and text != "ZZ" else ""


PLAUSIBLE = Format("plausible", "Plausible", recognises, read)
