"""Umami's sessions, properties and websites, in a database on the disk until the import is read."""

import re
import sqlite3
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from msgspec import json

OF_SESSION = (
    *("hostname", "browser", "os", "device", "screen", "language"),
    *("country", "region", "subdivision1", "city"),
)
# Names of columns before and after the migrations that renamed them.
KEYS = ("data_key", "event_key")
VALUES = (
    *("string_value", "event_string_value"),
    *("number_value", "event_numeric_value"),
    *("date_value", "event_date_value"),
)
AMOUNT = re.compile(r"-?\d{1,15}(\.\d+)?")
CURRENCY = re.compile(r"[A-Za-z]{3}")

# A file of one process's, thrown away when that ends: nothing need be sure on the disk.
SETUP = """
PRAGMA journal_mode = OFF;
PRAGMA synchronous = OFF;
CREATE TABLE session (id TEXT PRIMARY KEY, cells BLOB) WITHOUT ROWID;
CREATE TABLE data (event TEXT, key TEXT, value TEXT);
"""


@dataclass(frozen=True, slots=True)
class Website:
    id: str
    events: int
    name: str = ""
    domain: str = ""

    @property
    def names(self) -> set[str]:
        return {self.id, self.name, self.domain, self.domain.removeprefix("www.")} - {""}

    @property
    def label(self) -> str:
        return f"{self.domain or self.name or self.id} ({self.events} events)"


class Scratch:
    def __init__(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        self.connection = sqlite3.connect(path, isolation_level=None)
        self.connection.executescript(SETUP)
        self.connection.execute("BEGIN")
        self.events: Counter[str] = Counter()
        self.called: dict[str, tuple[str, str]] = {}

    def close(self) -> None:
        self.connection.close()

    def count(self, website: str) -> None:
        """One more event of a website."""
        self.events[website] += 1

    def add_session(self, cells: Mapping[str, str]) -> None:
        kept = {name: cells[name] for name in OF_SESSION if cells.get(name)}
        self.connection.execute(
            "INSERT OR REPLACE INTO session VALUES (?, ?)",
            [cells.get("session_id", ""), json.encode(kept)],
        )

    def add_data(self, cells: Mapping[str, str]) -> None:
        event = cells.get("website_event_id") or cells.get("event_id", "")
        key = next((cells[name] for name in KEYS if cells.get(name)), "")
        value = next((cells[name] for name in VALUES if cells.get(name)), "")
        if key:
            self.connection.execute("INSERT INTO data VALUES (?, ?, ?)", [event, key, value])

    def add_website(self, cells: Mapping[str, str]) -> None:
        names = cells.get("name", ""), cells.get("domain", "")
        self.called[cells.get("website_id", "")] = names

    def finish(self) -> None:
        """All is there: from here on it is read."""
        self.connection.execute("COMMIT")
        self.connection.execute("CREATE INDEX data_event ON data (event)")

    def websites(self) -> list[Website]:
        """Those that have events, the one with most of them first."""
        return [
            Website(each, count, *self.called.get(each, ()))
            for each, count in self.events.most_common()
        ]

    def session(self, session: str) -> dict[str, str]:
        query = "SELECT cells FROM session WHERE id = ?"
        row = self.connection.execute(query, [session]).fetchone()
        return json.decode(row[0]) if row else {}

    def data(self, event: str) -> dict[str, str]:
        query = "SELECT key, value FROM data WHERE event = ? ORDER BY rowid"
        return dict(self.connection.execute(query, [event]).fetchall())


def revenue(data: Mapping[str, str]) -> tuple[str | None, str]:
    """Amount and currency of an event's properties; None where it has no revenue.

    As db/postgresql/data-migrations/populate-revenue-table.sql in umami-software/umami finds it.
    """
    amount = _first(data, "revenue", AMOUNT)
    currency = _first(data, "currency", CURRENCY)
    return (amount, currency) if amount and currency else (None, "")


def _first(data: Mapping[str, str], word: str, pattern: re.Pattern[str]) -> str:
    found = (value for key, value in data.items() if word in key.lower())
    return next((value for value in found if pattern.fullmatch(value)), "")
