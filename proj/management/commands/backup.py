"""`manage.py backup`: see docs/backups.md."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from proj.backup.making import make
from proj.backup.trial import try_out
from proj.management.failures import in_sentences


class Command(BaseCommand):
    help = (
        "Back up everything while the server runs, or try a backup out. docs/backups.md tells what"
        " is in it. Exit code 1 when there is none."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        what = parser.add_mutually_exclusive_group(required=True)
        what.add_argument("--to", type=Path, metavar="DIR", help="the folder of backups")
        what.add_argument(
            "--verify", type=Path, metavar="PATH", help="restore that one on trial, and remove that"
        )
        parser.add_argument(
            "--keep", type=int, default=0, metavar="N", help="remove all but the latest N"
        )
        parser.add_argument(
            "--with-key", action="store_true", help="with the secret key, which opens all accounts"
        )

    def handle(
        self, *, to: Path | None, verify: Path | None, keep: int, with_key: bool, **_options: Any
    ) -> None:
        if keep < 0:
            raise CommandError("--keep is a number of backups, or 0 to keep all.")
        with in_sentences(to or verify):
            if verify:
                try_out(verify)
                self.stdout.write(f"{verify} can be restored; reports then say what they said.")
            elif to:
                self.back_up(to, keep, with_key)

    def back_up(self, to: Path, keep: int, with_key: bool) -> None:
        folder, made = make(to, keep, with_key)
        rows = sum(table.rows for table in made.tables)
        size = sum(file.size for file in made.files)
        self.stdout.write(
            f"{folder}: {rows:,} rows, {len(made.sealed):,} sealed files, {size:,} bytes"
        )
        if not with_key:
            self.stdout.write("The secret key is not in it: keep that elsewhere.")
