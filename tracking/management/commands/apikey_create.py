"""`manage.py apikey_create EMAIL`: a key for the JSON API, shown this once."""

from typing import Any

from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.models import ApiKey
from tracking.models.keys import Scope


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

    def handle(self, *, email: str, scopes: list[str] | None, **_options: Any) -> None:
        users = get_user_model()
        try:
            user = users.objects.get_by_natural_key(email)
        except users.DoesNotExist:
            raise CommandError(f"There is no account {email}.") from None
        _row, key = ApiKey.issue(user, scopes=scopes or Scope.values)
        self.stdout.write(key)
