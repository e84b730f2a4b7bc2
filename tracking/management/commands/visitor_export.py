"""`manage.py visitor_export DOMAIN VISITOR`: what is stored of one visitor, on standard output."""

import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.management.sites import site_named
from tracking.management.visitors import add_visitor_arguments, visitors_named
from tracking.transfer.exporting import export
from tracking.transfer.fields import FORMATS


class Command(BaseCommand):
    help = (
        "Write the events of one visitor, whom the site calls VISITOR, to standard output, in the "
        "format of events_export. docs/privacy.md tells which sites know one. Exit code 1 when "
        "something is in the way."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_visitor_arguments(parser)
        parser.add_argument("--format", choices=FORMATS, default="ndjson")

    def handle(self, *, domain: str, visitor: str, **options: Any) -> None:
        site = site_named(domain)
        visitors = visitors_named(site, visitor)
        audit.record(Did.DOWNLOADED, What.VISITOR, by=None, site=site, means=Means.COMMAND)
        events = export(site, sys.stdout.buffer, options["format"], visitors=visitors)
        sys.stdout.flush()
        self.stderr.write(f"Exported: {events} events")
