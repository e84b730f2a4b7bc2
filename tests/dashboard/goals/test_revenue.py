"""The page of a site's reporting currency and its rates."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
import time_machine

from tests.factories import EventFactory, SeatFactory, SiteFactory
from tracking import rates
from tracking.models import Change, ExchangeRate, Role, Site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
REVENUE = "/sites/site.example/goals/revenue"
RATES = "/sites/site.example/goals/rates"
DOLLAR = {"currency": "usd", "rate": "0.92", "day": "2026-03-01"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client):
    site = SiteFactory(domain="site.example", reporting_currency="EUR")
    client.force_login(SeatFactory(site=site, role=Role.EDITOR).user)
    return site


def stored() -> list[tuple]:
    rows = ExchangeRate.objects.order_by("pk")
    return list(rows.values_list("currency", "into", "day", "rate"))


def changes() -> list[tuple]:
    return list(Change.objects.order_by("pk").values_list("did", "what", "name"))


def test_reporting_currency_is_chosen(client, site):
    client.post(REVENUE, {"reporting_currency": "chf"})

    assert "CHF" == Site.objects.get().reporting_currency
    assert [("changed", "rate", "Reporting currency")] == changes()


def test_code_that_is_no_currency_is_refused(client, site):
    response = client.post(REVENUE, {"reporting_currency": "€"})

    assert (["Enter a currency's code of three letters such as EUR."], "EUR") == (
        response.context["form"].errors["reporting_currency"],
        Site.objects.get().reporting_currency,
    )


def test_rate_is_added_and_that_of_the_same_day_replaced(client, site):
    client.post(RATES, DOLLAR)
    client.post(RATES, {**DOLLAR, "rate": "0.9"})

    assert [("USD", "EUR", date(2026, 3, 1), Decimal("0.9"))] == stored()
    assert [("added", "rate", "USD from 2026-03-01")] * 2 == changes()


@pytest.mark.parametrize(
    ("changed", "errors"),
    [
        ({"currency": "EUR"}, {"currency": ["This is the reporting currency itself."]}),
        (
            {"currency": "dollar"},
            {"currency": ["Enter a currency's code of three letters such as EUR."]},
        ),
        (
            {"rate": "0"},
            {"rate": ["Ensure this value is greater than or equal to 1E-10."]},
        ),
        ({"day": ""}, {"day": ["This field is required."]}),
        ({"day": "0001-01-01"}, {"__all__": ["A rate begins to hold from 1970 to 2199."]}),
    ],
    ids=["same", "no code", "nothing", "no day", "early"],
)
def test_rate_that_says_nothing_is_refused(client, site, changed, errors):
    response = client.post(RATES, {**DOLLAR, **changed})

    assert (errors, []) == (response.context["rate_form"].errors, stored())


def test_site_has_no_more_rates_than_a_question_can_hold(client, site, monkeypatch):
    monkeypatch.setattr(rates, "MOST_RATES", 1)
    client.post(RATES, DOLLAR)

    response = client.post(RATES, {**DOLLAR, "day": "2026-03-02"})

    assert ({"__all__": ["A site has at most 1 rates. Take fewer days of them."]}, 1) == (
        response.context["rate_form"].errors,
        len(stored()),
    )


def test_rate_is_removed(client, site):
    client.post(RATES, DOLLAR)

    client.post(f"{RATES}/{ExchangeRate.objects.get().pk}/remove")

    assert [] == stored()


def test_page_lists_rates_and_currencies_that_arrived_without_one(client, site):
    client.post(RATES, DOLLAR)
    for currency, ago in (("USD", 1), ("EUR", 1), ("CHF", 1), ("CHF", 27), ("JPY", 28)):
        EventFactory(
            site=site,
            name="Buy",
            time=NOW - timedelta(days=ago),
            revenue_amount=Decimal(5),
            revenue_currency=currency,
        )
    EventFactory(site=site, name="Buy", time=NOW)

    context = client.get(REVENUE).context

    assert (["1 USD = 0.92 EUR from 2026-03-01"], [("CHF", 2)]) == (
        list(map(str, context["rates"])),
        [tuple(each) for each in context["unrated"]],
    )


def test_weeks_of_what_arrived_end_with_today_by_the_sites_clock(client, site):
    # There it is the eleventh already.
    Site.objects.update(timezone="Pacific/Auckland")
    EventFactory(
        site=site,
        time=NOW - timedelta(hours=1),
        name="Buy",
        revenue_amount=Decimal(5),
        revenue_currency="CHF",
    )

    unrated = client.get(REVENUE).context["unrated"]

    assert [("CHF", 1)] == [tuple(each) for each in unrated]


def test_rates_of_another_site_are_not_found(client, site):
    other = ExchangeRate.objects.create(
        site=SiteFactory(), currency="USD", into="EUR", day=date(2026, 3, 1), rate="0.9"
    )

    response = client.post(f"{RATES}/{other.pk}/remove")

    assert (404, 1) == (response.status_code, len(stored()))
