"""Revenue in several currencies, told in one."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tracking.models import ExchangeRate, Goal, Site
from tracking.warehouse import Query, Result, currencies, run
from tracking.warehouse.revenue import MetricWarning, Money, money

pytestmark = pytest.mark.django_db

THOUSANDTH = Decimal("0.001")
FIRST = date(2026, 3, 1)
NOW = datetime(2026, 3, 20, tzinfo=UTC)


def shop() -> Site:
    site = SiteFactory(timezone="Europe/Berlin", reporting_currency="EUR")
    Goal.objects.create(site=site, event_name="Buy", currency="EUR")
    Goal.objects.create(site=site, event_name="Rent", currency="USD")
    Goal.objects.create(site=site, event_name="Signup")
    return site


def rated(site: Site, currency: str, day: date, rate: str, into: str = "EUR") -> None:
    ExchangeRate.objects.create(site=site, currency=currency, into=into, day=day, rate=rate)


def paid(site: Site, time: datetime, amount: str, currency: str, name: str = "Buy") -> None:
    EventFactory(
        site=site,
        time=time,
        name=name,
        revenue_amount=Decimal(amount),
        revenue_currency=currency,
    )


def asked(site: Site, **more: Any) -> Result:
    asked: dict[str, Any] = {
        "metrics": ["total_revenue", "average_revenue"],
        "date_range": ["2026-03-01", "2026-03-19"],
        "filters": [["is", "event:goal", ["Buy", "Rent"]]],
        **more,
    }
    return run(Query.build(site=site, now=NOW, **asked))


def euros(amount: str) -> Money:
    return Money(Decimal(amount).quantize(THOUSANDTH), "EUR")


def at(day: int, hour: int = 12) -> datetime:
    return datetime(2026, 3, day, hour, tzinfo=UTC)


def test_amounts_are_converted_by_the_rate_of_their_day():
    site = shop()
    rated(site, "USD", date(2026, 3, 1), "0.9")
    rated(site, "USD", date(2026, 3, 10), "0.8")
    paid(site, at(5), "10", "USD")
    # In Berlin it is the tenth an hour before it is in UTC.
    paid(site, at(9, 22), "10", "USD", name="Rent")
    paid(site, at(9, 23), "10", "USD", name="Rent")
    paid(site, at(12), "7", "EUR")

    result = asked(site)

    assert ([(euros("33"), euros("8.25"))], {}) == (
        [row.metrics for row in result.rows],
        result.warnings,
    )
    assert [Decimal(9), Decimal(8), Decimal(7), None] == [
        currencies.converted(site, amount, currency, time)
        for amount, currency, time in (
            (Decimal(10), "USD", at(9, 22)),
            (Decimal(10), "USD", at(9, 23)),
            (Decimal(7), "EUR", at(12)),
            (Decimal(7), "CHF", at(12)),
        )
    ]


@pytest.mark.parametrize(
    ("amount", "told"),
    [(1.0015, "1.002"), (Decimal("-1.0015"), "-1.002"), (1.0014, "1.001"), (None, "0.000")],
    ids=["half", "half below nothing", "less", "nothing"],
)
def test_money_is_rounded_to_a_thousandth_half_away_from_nothing(amount, told):
    assert Money(Decimal(told), "EUR") == money(amount, "EUR")


def test_goals_of_all_currencies_are_told_in_one():
    site = shop()
    rated(site, "USD", FIRST, "0.5")
    paid(site, at(5), "10", "USD")
    paid(site, at(5), "4", "USD", name="Rent")
    EventFactory(site=site, time=at(5), name="Signup")

    result = asked(site, dimensions=["event:goal"], filters=[], metrics=["total_revenue"])

    assert {("Buy",): (euros("5"),), ("Rent",): (euros("2"),), ("Signup",): (None,)} == {
        row.dimensions: row.metrics for row in result.rows
    }


def test_amounts_without_a_rate_are_left_out_and_a_warning_says_so():
    site = shop()
    rated(site, "USD", date(2026, 3, 10), "0.8")
    rated(site, "CHF", FIRST, "1.1", into="USD")
    paid(site, at(5), "10", "USD")
    paid(site, at(11), "10", "USD")
    paid(site, at(11), "10", "CHF")
    paid(site, at(11), "10", "CHF")
    paid(site, at(11), "10", "JPY", name="Signup")

    result = asked(site)

    warning = MetricWarning(
        "revenue_without_rate",
        "Left out of the revenue: 2 amounts in CHF, 1 amount in USD. There is no rate into EUR for"
        " their days.",
    )
    assert [(euros("8"), euros("8"))] == [row.metrics for row in result.rows]
    assert {"total_revenue": warning, "average_revenue": warning} == result.warnings


def test_warning_counts_each_amount_once_and_of_the_period_before_too():
    site = shop()
    Goal.objects.create(site=site, event_name="Buy", display_name="Also", currency="EUR")
    paid(site, at(11), "10", "CHF")
    paid(site, at(10), "10", "CHF")

    result = asked(
        site,
        dimensions=["event:goal"],
        filters=[],
        date_range=["2026-03-11", "2026-03-11"],
        comparison="previous_period",
    )

    assert [("CHF", 2)] == [(each.currency, each.amounts) for each in result.left_out]


def test_largest_amounts_are_converted_by_the_highest_rates():
    site = shop()
    rated(site, "USD", FIRST, "99999999")
    paid(site, at(5), "999999999999", "USD")

    result = asked(site, metrics=["total_revenue"])

    assert [(euros("99999998999900000001"),)] == [row.metrics for row in result.rows]


def test_site_without_a_reporting_currency_counts_each_goals_own():
    site = shop()
    site.reporting_currency = ""
    rated(site, "USD", FIRST, "0.5")
    paid(site, at(5), "10", "USD")
    paid(site, at(5), "3", "EUR")

    result = asked(site, filters=[["is", "event:goal", ["Buy"]]])

    assert [(euros("3"), euros("3"))] == [row.metrics for row in result.rows]


def test_revenue_of_several_currencies_is_told_goal_by_goal_where_none_is_the_sites():
    site = shop()
    site.reporting_currency = ""
    paid(site, at(5), "10", "USD", name="Rent")
    paid(site, at(5), "3", "EUR")

    apart = asked(site, metrics=["total_revenue"], dimensions=["event:goal"])
    together = asked(site, metrics=["total_revenue"])

    dollars = Money(Decimal("10.000"), "USD")
    assert {("Buy",): (euros("3"),), ("Rent",): (dollars,)} == {
        row.dimensions: row.metrics for row in apart.rows
    }
    assert {} == apart.warnings
    assert ([(None,)], {"total_revenue"}) == (
        [row.metrics for row in together.rows],
        set(together.warnings),
    )


def test_goals_without_a_currency_have_no_revenue():
    site = shop()
    paid(site, at(5), "3", "EUR", name="Signup")

    result = asked(site, filters=[["is", "event:goal", ["Signup"]]])

    assert [(None, None)] == [row.metrics for row in result.rows]
    assert ["no_revenue_goals_matching"] * 2 == [each.code for each in result.warnings.values()]


RATES = st.lists(
    st.tuples(
        st.sampled_from(["USD", "JPY"]),
        st.integers(0, 18),
        st.decimals("0.0001", "200", places=6),
    ),
    unique_by=lambda rate: rate[:2],
    max_size=8,
)
PAID = st.lists(
    st.tuples(
        st.integers(0, 19 * 24 - 1),
        st.decimals("-5", "1000", places=3),
        st.sampled_from(["EUR", "USD", "JPY"]),
    ),
    max_size=8,
)


@settings(max_examples=up_to(15))
@given(rates=RATES, amounts=PAID)
def test_revenue_equals_recount(rates: list, amounts: list) -> None:
    site = SiteFactory(reporting_currency="EUR")
    Goal.objects.create(site=site, event_name="Buy", currency="EUR")
    for currency, day, rate in rates:
        rated(site, currency, FIRST + timedelta(days=day), str(rate))
    converted = []
    for hour, amount, currency in amounts:
        time = datetime(2026, 3, 1, tzinfo=UTC) + timedelta(hours=hour)
        paid(site, time, str(amount), currency)
        known = sorted(
            (day, rate) for name, day, rate in rates if name == currency and day <= hour // 24
        )
        if currency == "EUR":
            worth = amount
        elif known:
            worth = (amount * known[-1][1]).quantize(THOUSANDTH, ROUND_HALF_UP)
        else:
            worth = None
        assert worth == currencies.converted(site, amount, currency, time)
        if worth is not None:
            converted.append(worth)

    result = asked(site, metrics=["total_revenue"], filters=[["is", "event:goal", ["Buy"]]])

    assert [(euros(str(sum(converted, Decimal()))),)] == [row.metrics for row in result.rows]
    assert len(amounts) - len(converted) == sum(each.amounts for each in result.left_out)
