"""`manage.py visitor_erase DOMAIN VISITOR`: delete what is stored of one visitor."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.audit import Means
from tracking.management.sites import site_named
from tracking.management.visitors import add_visitor_arguments, visitors_named
from tracking.privacy.visitor import erase
from tracking.warehouse.sealing.turn import Busy


class Command(BaseCommand):
    help = (
        "Delete all that is stored of one visitor, whom the site calls VISITOR. Nothing brings it "
        "back. Exit code 1 when something is in the way."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_visitor_arguments(parser)

    def handle(self, *, domain: str, visitor: str, **_options: Any) -> None:
        site = site_named(domain)
        try:
            gone = erase(site, visitors_named(site, visitor), by=None, means=Means.COMMAND)
        except Busy:
            raise CommandError("Events are being sealed. Run the command again soon.") from None
        self.stdout.write(f"Erased: {gone.visits} visits, {gone.events} events")
