"""`manage.py hits_replay FILE`: the hits that nginx wrote while the server was down."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from tracking.ingest.replay import Report, replay

MOST_NUMBERS = 20


class Command(BaseCommand):
    help = (
        "Store the hits that nginx wrote to a file while the server was down. "
        "Running it again counts nothing twice. Exit code 1 when the file cannot be read "
        "or the database does not answer."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument(
            "--older",
            action="store_true",
            help="also lines older than seven days, whose hits nobody can tell from new ones: "
            "only for a file that was never replayed",
        )

    def handle(self, *, file: Path, older: bool, **_options: Any) -> None:
        try:
            with file.open("rb") as lines:
                report = replay(lines, datetime.now(UTC), older)
        except OSError as error:
            raise CommandError(f"{file} cannot be read: {error.strerror}.") from None
        except Error:
            raise CommandError(
                "The database does not take the hits. Run the command again later: "
                "what it has stored is not counted twice."
            ) from None
        self.stdout.write(said(report))


def said(report: Report) -> str:
    reasons = ", ".join(f"{reason} {count}" for reason, count in sorted(report.refused.items()))
    lines = [
        f"Stored: {report.stored}",
        f"Already known: {report.known}",
        f"Refused: {report.refused.total()}" + (f" ({reasons})" if reasons else ""),
    ]
    if report.broken:
        numbers = ", ".join(map(str, report.broken[:MOST_NUMBERS]))
        more = ", …" if len(report.broken) > MOST_NUMBERS else ""
        lines.append(f"Broken: {len(report.broken)} (lines {numbers}{more})")
    if report.cut:
        lines.append("The last line is cut: it was left out.")
    return "\n".join(lines)
