"""Exports as Plausible writes them: by lib/plausible/exports.ex in plausible/analytics."""

import csv
import io
import zipfile
from collections.abc import Mapping, Sequence

USUAL = ("visitors", "visits", "visit_duration", "bounces", "pageviews")
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")
COLUMNS = {
    "visitors": ("date", "visitors", "pageviews", "bounces", "visits", "visit_duration"),
    "sources": (
        *("date", "source", "referrer", *UTM),
        *("pageviews", "visitors", "visits", "visit_duration", "bounces"),
    ),
    "pages": (
        *("date", "hostname", "page", "visits", "visitors", "pageviews"),
        *("total_scroll_depth", "total_scroll_depth_visits"),
        *("total_time_on_page", "total_time_on_page_visits"),
    ),
    "entry_pages": (
        *("date", "entry_page", "visitors", "entrances", "visit_duration", "bounces", "pageviews"),
    ),
    "exit_pages": (
        *("date", "exit_page", "visitors", "visit_duration", "exits", "bounces", "pageviews"),
    ),
    "custom_events": ("date", "name", "link_url", "path", "visitors", "events"),
    "locations": ("date", "country", "region", "city", *USUAL),
    "devices": ("date", "device", *USUAL),
    "browsers": ("date", "browser", "browser_version", *USUAL),
    "operating_systems": ("date", "operating_system", "operating_system_version", *USUAL),
}
DAYS = "20260301_20260305"

Rows = Sequence[Mapping[str, object] | Sequence[object]]


def table(name: str, rows: Rows, columns: Sequence[str] = ()) -> bytes:
    """A file of rows, which name what is not 0 or blank, or have all in order."""
    text = io.StringIO()
    of = columns or COLUMNS[name]
    writer = csv.writer(text, quoting=csv.QUOTE_MINIMAL, lineterminator="\n")
    writer.writerow(of)
    for row in rows:
        if isinstance(row, Mapping):
            writer.writerow([row.get(column, blank(column)) for column in of])
        else:
            writer.writerow(row)
    return text.getvalue().encode()


def blank(column: str) -> object:
    numbers = {*USUAL, "entrances", "exits", "events", *COLUMNS["pages"][3:]}
    return 0 if column in numbers else ""


def file_name(name: str, days: str = DAYS) -> str:
    return f"imported_{name}_{days}.csv"


def exported(tables: Mapping[str, Rows], days: str = DAYS) -> bytes:
    """The zip file of some tables."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        for name, rows in tables.items():
            file.writestr(file_name(name, days), table(name, rows))
    return packed.getvalue()
