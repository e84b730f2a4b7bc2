"""Made-up figures, rows and fields for the page of components."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms

from dashboard.fields import Checks
from dashboard.report.chart import Chart, Series, draw, spark
from dashboard.report.figures import METRICS, Headline, headlines

FIRST = date(2026, 3, 1)
VISITORS = (410, 432, 447, 439, 312, 287, 421, 440, 462, 471, 455, 330, 301, 260)
PAST = (380, 391, 402, 398, 290, 270, 385, 400, 410, 433, 421, 305, 280, 410)
VALUES = (5_367, 6_804, 14_731, 2.16, 46.2, 86)
BEFORE = (4_990, 6_411, 14_730, 2.30, 41.0, 86)
# Title, share of the longest bar, count, share of all.
ROWS = (
    ("Google", 100, "5,677", "42%"),
    ("Direct / None", 77, "4,346", "32%"),
    ("a-rather-long-sub-domain.of-a-shop.with-many-parts.example", 34, "1,926", "14%"),
    ("DuckDuckGo", 17, "983", "7%"),
)


def figures() -> list[Headline]:
    return headlines(VALUES, BEFORE, [spark(VISITORS)] * len(METRICS))


def chart(shape: str) -> Chart:
    """Two weeks of which the last day goes on, with the two weeks before."""
    starts = [
        datetime.combine(FIRST + timedelta(days=each), time(), UTC) for each in range(len(VISITORS))
    ]
    series = Series(
        METRICS["visitors"],
        "day",
        starts,
        VISITORS,
        starts[-1] + timedelta(days=1),
        PAST,
        [start - timedelta(days=len(VISITORS)) for start in starts],
        [(starts[7], "New prices")],
    )
    return draw(series, starts[-1] + timedelta(hours=14), shape)


def rows() -> list[dict[str, Any]]:
    return [
        {
            "title": title,
            "url": "#",
            "bar": bar,
            "share": share,
            "is_filter": place == 1,
            "cells": [{"text": count, "exact": count}],
        }
        for place, (title, bar, count, share) in enumerate(ROWS)
    ]


class ExampleForm(forms.Form):
    """A field of each kind."""

    domain = forms.CharField(help_text="Without https://, such as example.com.")
    zone = forms.ChoiceField(label="Time zone", choices=[("UTC", "UTC"), ("Berlin", "Berlin")])
    last = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    panels = forms.MultipleChoiceField(
        choices=[("sources", "Sources"), ("pages", "Pages")], widget=Checks, required=False
    )
    public = forms.BooleanField(label="Everybody may see it", required=False)


def form(prefix: str) -> ExampleForm:
    """The form as it comes back without a domain."""
    return ExampleForm(
        {f"{prefix}-zone": "UTC", f"{prefix}-panels": ["pages"]},
        prefix=prefix,
        auto_id="id_%s",
    )
