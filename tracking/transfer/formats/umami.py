"""Umami's tables: CSV files of them, plain dumps of PostgreSQL and MySQL, and its cloud's export.

The columns are those of prisma/schema.prisma in umami-software/umami and of the migrations beside
it, which renamed some; those of version 1 had `pageview` and `event` for `website_event`. In the
cloud, whose store is db/clickhouse/schema.sql, events have what belongs to their session.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing

from tracking.enrich.language import language
from tracking.enrich.screen import screen_class
from tracking.transfer.errors import ImportProblem, Undecided
from tracking.transfer.formats.format import Format, Item, LeftOut, Record, Refused
from tracking.transfer.formats.names import browser_name, place, system_and_version
from tracking.transfer.formats.sample import Sample
from tracking.transfer.formats.source import Source
from tracking.transfer.formats.tables import OWN_FORM, Row, rows_of
from tracking.transfer.formats.umami_scratch import Scratch, revenue

# Which table a file is of: the first with all of these columns.
TELLING = (
    ("event_data", {"website_event_id"}),
    ("event_data", {"event_id", "data_key"}),
    ("session_data", {"session_id", "data_key"}),
    ("website_event", {"session_id", "url_path", "event_type"}),
    ("pageview", {"view_id", "url"}),
    ("event", {"event_id", "session_id", "url"}),
    ("session", {"session_id", "browser"}),
    ("website", {"website_id", "name", "domain"}),
)
FILES = {f"{name}.csv" for name, _ in TELLING}
EVENTS = ("website_event", "pageview", "event")
OWN_NAMES = frozenset({"pageview", "engagement"})
PAGEVIEW, CUSTOM = "1", "2"
OTHERS = {
    "3": "Opened links, which are no visits of a page.",
    "4": "Pixels, which are no visits of a page.",
    "5": "Measurements of speed.",
}
DEVICES = {
    "desktop": "Desktop",
    "laptop": "Desktop",
    "mobile": "Mobile",
    "tablet": "Tablet",
}
UTM = ("utm_source", "utm_medium", "utm_campaign", "utm_content", "utm_term")

Cells = Mapping[str, str]


def recognises(sample: Sample) -> bool:
    if sample.member:
        return sample.member.rpartition("/")[2] in FILES or _has_totals(sample)
    # A dump that is not plain is told so when it is read.
    if sample.start.startswith(OWN_FORM.encode()):
        return True
    header = {name.strip('" ') for name in sample.first_line.split(",")}
    if _table(header) and header & {"website_id", "data_type"}:
        return True
    text = sample.start.decode(errors="replace")
    return sample.name.endswith(".sql") and ("website_event" in text or "event_data" in text)


def _has_totals(sample: Sample) -> bool:
    """Whether it is what the export button of a self-hosted Umami gives."""
    return sample.member == "events.csv" and sample.first_line in ("x,y", "")


def read(source: Source) -> Iterator[Item]:
    """Events, once sessions, data and websites are gathered in a database beside them."""
    source.passes = 2
    with closing(Scratch(source.scratch / "umami.sqlite")) as scratch:
        yield from _gather(source, scratch)
        website = _chosen(source, scratch)
        for row in _rows(source):
            if row is None or (row.table not in EVENTS and row.cells is not None):
                yield None
            elif row.cells is None:
                # Of other tables it was told before.
                yield Refused(row.number, row.problem) if row.table in EVENTS else None
            elif row.cells.get("website_id", "") == website:
                yield _item(row, row.cells, scratch, source.site.domain)


def _rows(source: Source) -> Iterator[Row | None]:
    for stream in source.streams():
        yield from rows_of(stream, _table)


def _table(columns: set[str]) -> str:
    return next((name for name, telling in TELLING if telling <= columns), "")


def _gather(source: Source, scratch: Scratch) -> Iterator[Item]:
    for row in _rows(source):
        yield None
        if row is None:
            continue
        if row.cells is None:
            if row.table not in EVENTS:
                yield Refused(row.number, row.problem)
        elif row.table in EVENTS:
            scratch.count(row.cells.get("website_id", ""))
        elif row.table == "session":
            scratch.add_session(row.cells)
        elif row.table == "event_data":
            scratch.add_data(row.cells)
        elif row.table == "website":
            scratch.add_website(row.cells)
    scratch.finish()


def _chosen(source: Source, scratch: Scratch) -> str:
    """The id of the website to import. Raises `ImportProblem`."""
    found = scratch.websites()
    if not found:
        raise ImportProblem(
            "The file has no events of Umami's: no table website_event. What the export button of a"
            " self-hosted Umami gives are totals; take the tables."
        )
    wanted = source.option("website")
    if not wanted and len(found) == 1:
        return found[0].id
    named = [each for each in found if (wanted or source.site.domain) in each.names]
    if len(named) == 1:
        return named[0].id
    problem = "There is no such website in the file" if wanted else "The file has several websites"
    raise Undecided(
        f"{problem}. Choose which to import.",
        "website",
        [(each.id, each.label) for each in found],
    )


def _item(row: Row, cells: Cells, scratch: Scratch, domain: str) -> Item:
    table = row.table
    key = f"{table}:{cells.get('event_id') or cells.get('view_id', '')}"
    kind = cells.get("event_type", "") if table == "website_event" else _old_kind(table)
    if kind in OTHERS:
        return LeftOut(OTHERS[kind])
    name = cells.get("event_name") or cells.get("event_type", "")
    if kind == PAGEVIEW:
        name = "pageview"
    if kind != PAGEVIEW and name in OWN_NAMES:
        return Refused(row.number, "Its event has a name that is Footfall's own.")
    session = scratch.session(cells.get("session_id", ""))
    known = {**session, **{name: value for name, value in cells.items() if value}}
    fields = {
        "timestamp": cells.get("created_at"),
        "visitor": cells.get("session_id"),
        "visit": cells.get("visit_id", ""),
        "name": name,
        "title": known.get("page_title", ""),
        **_page(known, domain),
        **_of_visit(known),
        **_props(scratch.data(cells.get("event_id", ""))),
    }
    return Record(row.number, fields, key)


def _old_kind(table: str) -> str:
    return PAGEVIEW if table == "pageview" else CUSTOM


def _page(known: Cells, domain: str) -> dict[str, str]:
    """`url_path` is readable already; what else the address had tells the campaign."""
    host = (known.get("hostname") or domain).removeprefix("www.")
    if "url_path" in known:
        path, query = known["url_path"], known.get("url_query", "")
    else:
        path, _, query = known.get("url", "").partition("?")
    return {
        "url": f"https://{host}/?{query}" if query else "",
        "hostname": host,
        "path": path,
        **{name: known[name] for name in UTM if known.get(name)},
    }


def _of_visit(known: Cells) -> dict[str, str]:
    system, version = system_and_version(known.get("os", ""))
    width = known.get("screen", "").partition("x")[0]
    region = known.get("region") or known.get("subdivision1", "")
    country = known.get("country", "").strip()
    code = region if "-" in region else f"{country}-{region}"
    return {
        "referrer": _referrer(known),
        **place(code if region else country),
        "city": known.get("city", ""),
        "browser": browser_name(known.get("browser", "")),
        "os": system,
        "os_version": version,
        "device": DEVICES.get(known.get("device", "").lower(), ""),
        "screen": screen_class(int(width)) if width.isdecimal() and len(width) < 6 else "",
        "language": language(known.get("language", "")),
    }


def _referrer(known: Cells) -> str:
    if old := known.get("referrer", ""):
        return old
    host = known.get("referrer_domain", "")
    return f"https://{host}{known.get('referrer_path', '')}" if host else ""


def _props(data: dict[str, str]) -> dict[str, object]:
    """Properties, and revenue as Umami's own migration found it: by the names of two of them."""
    amount, currency = revenue(data)
    if amount is None:
        return {"props": data} if data else {}
    rest = {k: v for k, v in data.items() if v not in (amount, currency)}
    money = {"revenue_amount": amount, "revenue_currency": currency}
    return {**money, "props": rest} if rest else dict(money)


UMAMI = Format("umami", "Umami", recognises, read, ("website", "before"))
