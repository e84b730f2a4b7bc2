"""`manage.py restore`: see docs/backups.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from proj.backup.restoring import has_other_key, restore
from proj.management.failures import in_sentences


class Command(BaseCommand):
    help = (
        "Restore a backup into the database and the warehouse of the settings, while no server"
        " runs on them. Exit code 1 when it could not be restored, or reports say something else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("backup", type=Path, help="the folder of one backup")
        parser.add_argument(
            "--replace", action="store_true", help="delete what the database and warehouse have"
        )
        parser.add_argument(
            "--link",
            action="store_true",
            help="share the sealed files with the backup instead of copying them",
        )

    def handle(self, *, backup: Path, replace: bool, link: bool, **_options: Any) -> None:
        with in_sentences(backup):
            found = restore(backup, replace, link)
        rows = sum(table.rows for table in found.tables)
        self.stdout.write(
            f"Restored as of {found.made_at:%Y-%m-%d %H:%M:%S} UTC: {rows:,} rows,"
            f" {len(found.sealed):,} sealed files, {len(found.totals):,} sites as before."
        )
        if found.secret_key is None:
            self.stdout.write(
                "Second factors work with the secret key that the server had: see docs/backups.md."
            )
        elif has_other_key(backup):
            self.stdout.write(
                "The settings name another secret key than the backup's: see docs/backups.md."
            )
