"""Exchange rates of a site: storing them, and reading the reference rates of the ECB.

The European Central Bank publishes each working day what one euro is worth in some thirty other
currencies, as CSV with a column for each: `eurofxref-hist.csv` has all days since 1999 with dates
such as 2026-03-10, `eurofxref.csv` the last one with a date such as 10 March 2026. What has no rate
on a day is N/A. https://www.ecb.europa.eu/stats/policy_and_exchange_rates/
"""

import csv
from collections.abc import Collection, Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import NamedTuple

from tracking.models import ExchangeRate, Site

# More than a daily rate of five currencies for a year: what a statement can hold.
MOST_RATES = 2000
PLACES = Decimal("0.0000000001")
HIGHEST = Decimal(10**8)
EARLIEST, LATEST = date(1970, 1, 1), date(2199, 12, 31)
EURO = "EUR"


class RatesError(Exception):
    """Why a file of rates cannot be taken, in a sentence."""


class DayRate(NamedTuple):
    """What one unit of a currency is worth in another one from a day on."""

    currency: str
    day: date
    rate: Decimal


def read_ecb(lines: Iterable[str], into: str, wanted: Collection[str]) -> Iterator[DayRate]:
    """The rates of the wanted currencies into another one, in the order of the file.

    Raises `RatesError` for a file that is none of the ECB's, or has not the currency `into`.
    """
    rows = csv.reader(lines)
    header = [name.strip() for name in next(rows, [])]
    if header[:1] != ["Date"]:
        raise RatesError("The file does not begin with the ECB's column Date.")
    if into != EURO and into not in header:
        raise RatesError(f"The file has no rates of {into}.")
    for number, row in enumerate(rows, start=2):
        if not row:
            continue
        euros = _row(header, row, number)
        if into in euros:
            yield from _of_day(_day(row[0], number), euros, into, wanted)


def _row(header: list[str], row: list[str], number: int) -> dict[str, Decimal]:
    """What one euro is worth in each currency on a day."""
    found = {EURO: Decimal(1)}
    for name, plain in zip(header[1:], row[1:], strict=False):
        text = plain.strip()
        if not name or text in ("", "N/A"):
            continue
        try:
            worth = Decimal(text)
        except InvalidOperation:
            raise RatesError(f"Line {number} has “{text:.40}” for {name}, no number.") from None
        if not worth.is_finite() or worth <= 0:
            raise RatesError(f"Line {number} has “{text:.40}” for {name}, no rate.")
        found[name] = worth
    return found


def _of_day(
    day: date, euros: dict[str, Decimal], into: str, wanted: Collection[str]
) -> Iterator[DayRate]:
    for currency in sorted(wanted):
        if currency in euros and currency != into:
            worth = euros[into] / euros[currency]
            if not PLACES <= worth < HIGHEST:
                raise RatesError(f"The rate of {currency} on {day} is none that can be kept.")
            yield DayRate(currency, day, worth.quantize(PLACES))


def _day(plain: str, number: int) -> date:
    for form in ("%Y-%m-%d", "%d %B %Y"):
        try:
            return datetime.strptime(plain.strip(), form).date()
        except ValueError:
            continue
    raise RatesError(f"Line {number} begins with “{plain:.40}”, no date.")


def first_of_each(rates: Iterable[DayRate], form: str) -> list[DayRate]:
    """The first rate of each currency in each stretch of time, by their currency and day.

    form: how `strftime` names a stretch, such as %Y-%m for months
    """
    first: dict[tuple[str, str], DayRate] = {}
    for rate in sorted(rates):
        first.setdefault((rate.currency, rate.day.strftime(form)), rate)
    return list(first.values())


def store(site: Site, rates: Collection[DayRate]) -> None:
    """Keep rates into the site's reporting currency; that of a day takes the place of another.

    Raises `RatesError` for a day that no report has, and where there would be more than a site may
    have. In a transaction.
    """
    into = site.reporting_currency
    if any(not EARLIEST <= each.day <= LATEST for each in rates):
        raise RatesError(f"A rate begins to hold from {EARLIEST.year} to {LATEST.year}.")
    for each in rates:
        ExchangeRate.objects.update_or_create(
            site=site,
            into=into,
            currency=each.currency,
            day=each.day,
            defaults={"rate": each.rate},
        )
    if ExchangeRate.objects.filter(site=site, into=into).count() > MOST_RATES:
        raise RatesError(f"A site has at most {MOST_RATES:,} rates. Take fewer days of them.")
