"""`manage.py site_create DOMAIN`: a site, and the snippet for its pages."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.site_creation import create_site
from tracking.snippet import snippet


class Command(BaseCommand):
    help = "Create a site and print its snippet. Exit code 1 when refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("domain")
        parser.add_argument("--timezone", default="UTC", help="such as Europe/Berlin")
        parser.add_argument(
            "--owner", metavar="EMAIL", help="who sees it; else the server's first admin, if any"
        )

    def handle(self, *, domain: str, timezone: str, owner: str | None, **_options: Any) -> None:
        try:
            with transaction.atomic():
                site = create_site(domain, timezone, account(owner) if owner else None)
                audit.record(Did.ADDED, What.SITE, site, by=None, site=site, means=Means.COMMAND)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        self.stdout.write(snippet(site))


def account(email: str) -> Any:
    try:
        return get_user_model().objects.get_by_natural_key(email)
    except get_user_model().DoesNotExist:
        raise CommandError(f"There is no account {email}.") from None
