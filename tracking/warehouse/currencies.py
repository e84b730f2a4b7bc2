"""Revenue in several currencies, told in one: the reporting currency of a site.

An amount is worth what the rate of its day says, rounded to a thousandth, half away from zero. What
has no rate is left out, and `Result.warnings` says so.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from itertools import groupby
from typing import NamedTuple

from tracking.models import ExchangeRate, Site
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.dialect import Dialect
from tracking.warehouse.periods import Period

THOUSANDTH = Decimal("0.001")


class Rate(NamedTuple):
    """What one unit of a currency is worth from a moment, in UTC without a zone, on."""

    currency: str
    since: datetime
    worth: Decimal


@dataclass(frozen=True)
class Reporting:
    """The currency in which revenue is told, and the rates of others, ordered as the fields are."""

    currency: str
    rates: tuple[Rate, ...]


def read_reporting(site: Site) -> Reporting | None:
    """How a site's revenue is told; None where it has no reporting currency."""
    if not site.reporting_currency:
        return None
    stored = ExchangeRate.objects.filter(site=site, into=site.reporting_currency)
    rates = stored.order_by("currency", "day").values_list("currency", "day", "rate")
    found = (
        Rate(currency, naive_utc(datetime.combine(day, time(), site.zone).astimezone(UTC)), worth)
        for currency, day, worth in rates
    )
    return Reporting(site.reporting_currency, tuple(found))


def converted(site: Site, amount: Decimal, currency: str, moment: datetime) -> Decimal | None:
    """What one amount of that moment is in the site's reporting currency, as `amount_sql` has it.

    None where there is no rate.
    """
    if currency == site.reporting_currency:
        return amount
    rates = ExchangeRate.objects.filter(site=site, into=site.reporting_currency, currency=currency)
    since = rates.filter(day__lte=moment.astimezone(site.zone).date())
    worth = since.order_by("-day").values_list("rate", flat=True).first()
    return None if worth is None else (amount * worth).quantize(THOUSANDTH, ROUND_HALF_UP)


def amount_sql(reporting: Reporting | None, period: Period, dialect: Dialect) -> str:
    """An event's revenue in the reporting currency, NULL where it has none or no rate.

    As it is where there is no reporting currency.
    """
    if reporting is None:
        return "revenue_amount"
    whens = [f"WHEN revenue_currency = {dialect.bind(reporting.currency)} THEN revenue_amount"]
    for currency, rates in groupby(reporting.rates, key=lambda rate: rate.currency):
        if found := within(list(rates), period):
            worth = _worth_sql(found, dialect)
            converted = dialect.converted("revenue_amount", worth)
            whens.append(f"WHEN revenue_currency = {dialect.bind(currency)} THEN {converted}")
    return f"CASE {' '.join(whens)} END"


def within(rates: Sequence[Rate], period: Period) -> list[Rate]:
    """Those of a currency's rates that hold at some time of a period."""
    start, end = naive_utc(period.start), naive_utc(period.end)
    ends: Iterable[datetime | None] = [*(rate.since for rate in rates[1:]), None]
    pairs = zip(rates, ends, strict=True)
    return [rate for rate, until in pairs if rate.since < end and (not until or until > start)]


def _worth_sql(rates: Sequence[Rate], dialect: Dialect, before: str = "NULL") -> str:
    """The rate at an event's time; `before` is that before the first of these rates.

    The rates are halved again and again, so that few are compared with the time.
    """
    if not rates:
        return before
    middle = len(rates) // 2
    earlier = _worth_sql(rates[:middle], dialect, before)
    later = _worth_sql(rates[middle + 1 :], dialect, dialect.rate(rates[middle].worth))
    return f"CASE WHEN time < {dialect.moment(rates[middle].since)} THEN {earlier} ELSE {later} END"
