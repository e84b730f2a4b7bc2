"""manage.py rates_import."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.factories import SiteFactory
from tracking.management.commands import rates_import
from tracking.models import Change, ExchangeRate

pytestmark = pytest.mark.django_db

HISTORY = """Date,USD,JPY,CHF,
2026-03-10,1.25,160,N/A,
2026-03-09,1.6,150,0.8,
2026-02-27,2,125,0.5,
"""
LATEST = """Date, USD, JPY, \n10 March 2026, 1.25, 160, \n"""


def imported(folder: Path, text: str, *options: str, into: str = "EUR") -> list[tuple]:
    SiteFactory(domain="shop.example", reporting_currency=into)
    file = folder / "rates.csv"
    file.write_text(text)
    call_command("rates_import", "shop.example", str(file), *options, "--currency", "usd")
    rows = ExchangeRate.objects.order_by("currency", "day")
    return list(rows.values_list("currency", "into", "day", "rate"))


@pytest.mark.parametrize(
    ("text", "options", "into", "rates"),
    [
        (
            HISTORY,
            (),
            "EUR",
            [("USD", 2, 27, "0.5"), ("USD", 3, 9, "0.625")],
        ),
        (
            HISTORY,
            ("--every", "day", "--since", "2026-03-01"),
            "EUR",
            [("USD", 3, 9, "0.625"), ("USD", 3, 10, "0.8")],
        ),
        (
            HISTORY,
            ("--every", "day", "--currency", "EUR"),
            "CHF",
            [
                ("EUR", 2, 27, "0.5"),
                ("EUR", 3, 9, "0.8"),
                ("USD", 2, 27, "0.25"),
                ("USD", 3, 9, "0.5"),
            ],
        ),
        (LATEST, (), "EUR", [("USD", 3, 10, "0.8")]),
    ],
    ids=["months", "days since", "across", "latest"],
)
def test_rates_of_the_file_are_kept(tmp_path, text, options, into, rates):
    found = imported(tmp_path, text, *options, into=into)

    assert [
        (currency, into, date(2026, month, day), Decimal(rate))
        for currency, month, day, rate in rates
    ] == found
    assert [("added", "rate", "command")] == list(
        Change.objects.values_list("did", "what", "means")
    )


def test_rates_imported_again_are_there_once(tmp_path):
    first = imported(tmp_path, HISTORY)

    call_command("rates_import", "shop.example", str(tmp_path / "rates.csv"), "--currency", "USD")

    assert len(first) == ExchangeRate.objects.count()


@pytest.mark.parametrize(
    ("text", "into", "sentence"),
    [
        ("", "EUR", "The file does not begin with the ECB's column Date."),
        ("<xml>", "EUR", "The file does not begin with the ECB's column Date."),
        (HISTORY, "XAU", "The file has no rates of XAU."),
        (HISTORY, "", "shop.example has no reporting currency. Choose one first."),
        ("Date,USD,\n2026-03-10,much,\n", "EUR", "Line 2 has “much” for USD, no number."),
        ("Date,USD,\n2026-03-10,-1,\n", "EUR", "Line 2 has “-1” for USD, no rate."),
        (
            "Date,USD,\n2026-03-10,1e-30,\n",
            "EUR",
            "The rate of USD on 2026-03-10 is none that can be kept.",
        ),
        (
            "Date,USD,\n1066-10-14,1,\n",
            "EUR",
            "A rate begins to hold from 1970 to 2199.",
        ),
        ("Date,USD,\nToday,1,\n", "EUR", "Line 2 begins with “Today”, no date."),
    ],
    ids=[
        "empty",
        "no csv",
        "no such currency",
        "no reporting",
        "no number",
        "negative",
        "tiny",
        "early",
        "no date",
    ],
)
def test_file_that_has_no_rates_is_refused_and_nothing_kept(tmp_path, text, into, sentence):
    with pytest.raises(CommandError) as refused:
        imported(tmp_path, text, into=into)

    assert (sentence, 0) == (str(refused.value), ExchangeRate.objects.count())


def test_without_a_file_the_rates_of_the_day_are_fetched(monkeypatch):
    fetched = []

    def lines(where):
        fetched.append(where)
        return iter(LATEST.splitlines())

    monkeypatch.setattr(rates_import, "read_lines", lines)
    SiteFactory(domain="shop.example", reporting_currency="EUR")

    call_command("rates_import", "shop.example", "--currency", "USD")

    assert (["https://www.ecb.europa.eu/stats/eurofxref/eurofxref.zip"], 1) == (
        fetched,
        ExchangeRate.objects.count(),
    )


def test_file_that_cannot_be_read_is_told():
    SiteFactory(domain="shop.example", reporting_currency="EUR")

    with pytest.raises(CommandError, match="The file cannot be read: No such file"):
        call_command("rates_import", "shop.example", "/nowhere", "--currency", "USD")
