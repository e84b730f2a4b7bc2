"""`manage.py apikey_create EMAIL`: a key for the JSON API, shown this once."""

from datetime import timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction
from django.utils import timezone

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.management.sites import site_named
from tracking.models import ApiKey
from tracking.models.keys import Scope

MOST_DAYS = 36_500


class Command(BaseCommand):
    help = "Create an API key for an account and print it. Exit code 1 when refused."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--scope",
            action="append",
            choices=Scope.values,
            dest="scopes",
            help="what the key may be used for; may be given several times, else all",
        )

        parser.add_argument(
            "--days", type=int, help="days after which the key expires; else it does not"
        )
        parser.add_argument("--site", help="the domain of the one site that the key opens")

    @transaction.atomic
    def handle(
        self, *, email: str, scopes: list[str] | None, days: int | None, site: str | None, **_: Any
    ) -> None:
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(email)
        except users.DoesNotExist:
            raise CommandError(f"There is no account {email}.") from None
        if days is not None and not 1 <= days <= MOST_DAYS:
            raise CommandError(f"--days must be a number of days from 1 to {MOST_DAYS}.")
        row, key = ApiKey.issue(
            user,
            scopes=scopes or Scope.values,
            expires_at=None if days is None else timezone.now() + timedelta(days=days),
            site=site_named(site) if site else None,
        )
        audit.record(
            Did.ADDED,
            What.KEY,
            row,
            by=None,
            site=row.site,
            person=user,
            means=Means.COMMAND,
            details=row.summary(),
        )
        self.stdout.write(key)
