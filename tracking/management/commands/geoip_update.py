"""manage.py geoip_update: bring a newer file of places."""

from __future__ import annotations

import base64
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracking.ingest.place import Places
from tracking.ingest.place_update import (
    MAXMIND_URL,
    NotThereError,
    PlaceUpdateError,
    db_ip_urls,
    update,
)


class Command(BaseCommand):
    help = (
        "Downloads the city file that tells where visitors are: DB-IP's free one of this month, "
        "or MaxMind's where an account and a licence key are set. Running servers take it up "
        "by themselves."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--url", help="take the file from this address instead")

    def handle(self, *args: Any, **options: Any) -> None:
        target = Path(settings.GEOIP_FILE)
        try:
            fetch(options["url"], target)
        except PlaceUpdateError as error:
            raise CommandError(str(error)) from error
        places = Places(target)
        self.stdout.write(f"{target} is up to date. {places.attribution.text}.")
        places.close()


def fetch(url: str | None, target: Path) -> None:
    """Take the file from ``url``, else from MaxMind where there is an account, else DB-IP."""
    if url:
        update(url, target)
    elif settings.GEOIP_MAXMIND_ACCOUNT and settings.GEOIP_MAXMIND_KEY:
        update(MAXMIND_URL, target, headers={"Authorization": maxmind_authorization()})
    else:
        this_month, last_month = db_ip_urls(datetime.now(UTC).date())
        try:
            update(this_month, target)
        except NotThereError:
            update(last_month, target)


def maxmind_authorization() -> str:
    """RFC 7617, as MaxMind asks for it: the account is the user, the key the password."""
    pair = f"{settings.GEOIP_MAXMIND_ACCOUNT}:{settings.GEOIP_MAXMIND_KEY}"
    return "Basic " + base64.b64encode(pair.encode()).decode()
