"""`manage.py events_export DOMAIN [FILE]`: the raw events of a site."""

import gzip
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import Error

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.management.sites import site_named
from tracking.transfer.exporting import Sink, Span, export, recorded, span_of
from tracking.transfer.fields import FORMATS, format_of


class Command(BaseCommand):
    help = (
        "Write the raw events of a site to FILE, or to standard output. "
        "docs/transfer.md explains the fields. Exit code 1 when something is in the way."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("domain")
        parser.add_argument("file", nargs="?", default="-", help="- for standard output")
        parser.add_argument(
            "--format", choices=FORMATS, help="the file's ending says it unless given; else ndjson"
        )
        parser.add_argument("--from", dest="first", help="the first day, such as 2026-03-01")
        parser.add_argument("--to", dest="last", help="the last day; days are the site's")

    def handle(
        self, *, domain: str, file: str, first: str | None, last: str | None, **options: Any
    ) -> None:
        site = site_named(domain)
        kind = options["format"] or format_of(file) or "ndjson"
        span: Span | None = None
        if first or last:
            try:
                span = span_of(site, first, last)
            except ValueError as error:
                raise CommandError(f"The days are not understood: {error}.") from None
        try:
            audit.record(
                Did.DOWNLOADED,
                What.EXPORT,
                by=None,
                site=site,
                means=Means.COMMAND,
                details={"format": kind, "from": first, "to": last},
            )
            with recorded(site, by=None, means=Means.COMMAND) as counts, _target(file) as to:
                counts["events"] = events = export(site, to, kind, span)
        except OSError as error:
            raise CommandError(f"{file} cannot be written: {error.strerror}.") from None
        except Error:
            raise CommandError("The database does not answer. Run the command again.") from None
        self.stderr.write(f"Exported: {events} events")


@contextmanager
def _target(file: str) -> Iterator[Sink]:
    """Where to write; a file is there when it is whole, compressed if its name says so."""
    if file == "-":
        yield sys.stdout.buffer
        sys.stdout.flush()
        return
    path = Path(file)
    written = path.with_name(f"{path.name}.writing")
    try:
        compressed = path.suffix == ".gz"
        with gzip.open(written, "wb", 3) if compressed else written.open("wb") as to:
            yield to
        written.replace(path)
    finally:
        written.unlink(missing_ok=True)
