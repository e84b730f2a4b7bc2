"""manage.py rates_import: take exchange rates that the European Central Bank publishes."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import transaction

from tracking import audit
from tracking.audit import Did, Means, What
from tracking.management.sites import site_named
from tracking.rate_files import DAILY, read_lines
from tracking.rates import RatesError, first_of_each, read_ecb, store

STRETCHES = {"day": "%Y-%m-%d", "week": "%G-%V", "month": "%Y-%m"}


class Command(BaseCommand):
    help = (
        "Takes exchange rates into a site's reporting currency from a file of the ECB's reference "
        "rates, eurofxref or eurofxref-hist, as CSV or zip: from the disk or an https address. A "
        "rate of a day that is there already is replaced."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("domain", help="the site")
        parser.add_argument(
            "file",
            nargs="?",
            default=DAILY,
            help=f"a path, an address or - for standard input (default: {DAILY})",
        )
        parser.add_argument(
            "--currency",
            dest="currencies",
            action="append",
            required=True,
            help="take the rate of this currency, such as USD; may be given several times",
        )
        parser.add_argument("--since", type=date.fromisoformat, help="no day before, as 2026-01-31")
        parser.add_argument(
            "--every",
            choices=list(STRETCHES),
            default="month",
            help="how often a new rate begins to hold (default: month)",
        )

    def handle(
        self,
        *,
        domain: str,
        file: str,
        currencies: list[str],
        since: date | None,
        every: str,
        **_: Any,
    ) -> None:
        site = site_named(domain)
        into = site.reporting_currency
        if not into:
            raise CommandError(f"{site.domain} has no reporting currency. Choose one first.")
        try:
            lines = read_lines(file)
            with transaction.atomic():
                wanted = {each.upper() for each in currencies}
                read = read_ecb(lines, into, wanted)
                found = [rate for rate in read if since is None or rate.day >= since]
                kept = first_of_each(found, STRETCHES[every])
                store(site, kept)
                names = ", ".join(sorted({rate.currency for rate in kept}))
                if kept:
                    audit.record(
                        Did.ADDED, What.RATE, names, by=None, site=site, means=Means.COMMAND
                    )
        except RatesError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"{len(kept):,} rates into {into} are kept: {names or 'none'}.")
