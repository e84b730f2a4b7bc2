"""CSV exports as GoatCounter writes them: by exportcsv.go in arp242/goatcounter."""

import csv
import io
from dataclasses import dataclass
from datetime import UTC, datetime

COLUMNS = (
    *("2Path", "Title", "Event", "UserAgent", "Browser", "System", "Session", "Bot"),
    *("Referrer", "Referrer scheme", "Screen size", "Location", "FirstVisit", "Date"),
)


@dataclass(frozen=True)
class Hit:
    path: str = "/"
    session: str = "11223344556677008899aabbccddeeff"
    time: datetime = datetime(2026, 3, 10, 12, tzinfo=UTC)
    title: str = "Home"
    event: bool = False
    agent: str = ""
    browser: str = "Firefox 80"
    system: str = "Linux "
    bot: int = 0
    ref: str = ""
    scheme: str = "o"
    width: int = 1920
    location: str = "NL"
    first: bool = True

    def cells(self) -> list[str]:
        return [
            *(self.path, self.title, str(int(self.event)), self.agent),
            *(self.browser, self.system, self.session, str(self.bot), self.ref, self.scheme),
            *(f"{self.width},0,1", self.location, str(int(self.first))),
            f"{self.time:%Y-%m-%dT%H:%M:%SZ}",
        ]


def exported(*hits: Hit, columns: tuple[str, ...] = COLUMNS) -> bytes:
    """The text of an export; encoding/csv in Go ends lines by a line feed."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(columns)
    writer.writerows(hit.cells() for hit in hits)
    return text.getvalue().encode()
