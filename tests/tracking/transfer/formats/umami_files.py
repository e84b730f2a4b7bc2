"""Umami's tables as CSV, pg_dump and mysqldump write them.

Tables and columns are those of prisma/schema.prisma in umami-software/umami; COPY's text format
is that of PostgreSQL's manual, and values of mysqldump are escaped as MySQL's manual says of
string literals.
"""

import csv
import io
import zipfile
from collections.abc import Sequence
from typing import Any

SITE = "0b8f9d4e-0000-4000-8000-000000000001"
OTHER = "0b8f9d4e-0000-4000-8000-000000000002"
WEBSITE = ("website_id", "name", "domain")
SESSION = (
    *("session_id", "website_id", "browser", "os", "device", "screen", "language"),
    *("country", "region", "city", "created_at"),
)
EVENT = (
    *("event_id", "website_id", "session_id", "visit_id", "created_at", "url_path", "url_query"),
    *("referrer_path", "referrer_domain", "page_title", "event_type", "event_name", "hostname"),
)
DATA = (
    *("event_data_id", "website_id", "website_event_id", "data_key"),
    *("string_value", "number_value", "date_value", "data_type", "created_at"),
)
COLUMNS = {"website": WEBSITE, "session": SESSION, "event_data": DATA, "website_event": EVENT}

Table = list[dict[str, Any]]
Tables = dict[str, Table]


def session(name: str = "s1", **more: Any) -> dict[str, Any]:
    return {
        "session_id": name,
        "website_id": SITE,
        "browser": "edge-chromium",
        "os": "Windows 10",
        "device": "laptop",
        "screen": "1280x720",
        "language": "en-US",
        "country": "US",
        "region": "US-TX",
        "city": "Austin",
        "created_at": "2026-03-10 12:00:00+00",
        **more,
    }


def event(name: str = "e1", **more: Any) -> dict[str, Any]:
    return {
        "event_id": name,
        "website_id": SITE,
        "session_id": "s1",
        "visit_id": "v1",
        "created_at": "2026-03-10 12:00:00.123+00",
        "url_path": "/",
        "page_title": "Home",
        "event_type": 1,
        "hostname": "northpeak.example",
        **more,
    }


def datum(event: str, key: str, **more: Any) -> dict[str, Any]:
    return {
        "event_data_id": f"{event}-{key}",
        "website_id": SITE,
        "website_event_id": event,
        "data_key": key,
        "data_type": 1,
        **more,
    }


def tables(events: Table, sessions: Table = (), data: Table = (), websites: Table = ()) -> Tables:  # type: ignore[assignment]
    return {
        "website": list(websites),
        "event_data": list(data),
        "session": list(sessions) or [session()],
        "website_event": events,
    }


def cells(table: str, row: dict[str, Any]) -> list[Any]:
    return [row.get(name) for name in COLUMNS[table]]


def as_csv(columns: Sequence[str], rows: Table) -> bytes:
    """As psql's \\copy with CSV HEADER writes them."""
    text = io.StringIO()
    writer = csv.DictWriter(
        text, columns, lineterminator="\n", extrasaction="ignore", quoting=csv.QUOTE_ALL
    )
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def as_zip(found: Tables) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("website_event", "session", "event_data", "website"):
            file.writestr(f"export/{name}.csv", as_csv(COLUMNS[name], found[name]))
    return packed.getvalue()


def as_totals() -> bytes:
    """What a self-hosted Umami's export button gives: src/app/api/websites/[websiteId]/export."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        for name in ("events", "pages", "referrers", "browsers", "os", "devices", "countries"):
            file.writestr(f"{name}.csv", b"x,y\r\nsignup,12")
    return packed.getvalue()


def as_pg_dump(found: Tables) -> bytes:
    lines = ["--", "-- PostgreSQL database dump", "--", "", "SET client_encoding = 'UTF8';", ""]
    for name in ("event_data", "session", "website", "website_event"):
        lines.append(f"COPY public.{name} ({', '.join(COLUMNS[name])}) FROM stdin;")
        lines += ["\t".join(map(_copied, cells(name, row))) for row in found[name]]
        lines += ["\\.", "", ""]
    return "\n".join(lines).encode()


def _copied(value: Any) -> str:
    if value is None:
        return "\\N"
    text = str(value).replace("\\", "\\\\")
    return text.replace("\n", "\\n").replace("\r", "\\r").replace("\t", "\\t")


def as_mysqldump(found: Tables) -> bytes:
    lines = ["-- MySQL dump 10.13  Distrib 8.0.36, for Linux (x86_64)", ""]
    for name in ("event_data", "session", "website", "website_event"):
        lines.append(f"CREATE TABLE `{name}` (")
        lines += [f"  `{column}` varchar(500) DEFAULT NULL," for column in COLUMNS[name]]
        lines += [f"  KEY `{name}_key` (`{COLUMNS[name][0]}`)", ") ENGINE=InnoDB;", ""]
        rows = [f"({','.join(map(_quoted, cells(name, row)))})" for row in found[name]]
        if rows:
            lines.append(f"INSERT INTO `{name}` VALUES {','.join(rows)};")  # noqa: S608
    return "\n".join(lines).encode()


def _quoted(value: Any) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, int):
        return str(value)
    text = str(value).replace("\\", "\\\\").replace("'", "\\'").replace('"', '\\"')
    return "'" + text.replace("\n", "\\n").replace("\r", "\\r") + "'"
