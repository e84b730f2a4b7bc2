"""`manage.py owner_create EMAIL`: an account, the server's first one being its admin."""

import sys
from typing import Any

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from dashboard.accounts.links import password_link
from dashboard.accounts.models import User, owner_exists
from dashboard.accounts.setup import make_first_owner, vouch_for


class Command(BaseCommand):
    help = (
        "Create an account. The first one administers the server. Prints a link at which the "
        "person sets a password, unless --password-stdin gives it. Exit code 1 when refused."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--password-stdin", action="store_true", help="read the password from standard input"
        )

    def handle(self, *, email: str, password_stdin: bool, **_options: Any) -> None:
        user = User(email=email.strip())
        password = sys.stdin.readline().rstrip("\n") if password_stdin else None
        try:
            user.set_password(password)
            user.full_clean()
            if password is not None:
                validate_password(password, user)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from None
        with transaction.atomic():
            user.save()
            vouch_for(user)
            if not owner_exists():
                make_first_owner(user)
        if password is None:
            self.stdout.write(password_link(user))
