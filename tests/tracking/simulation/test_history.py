"""The past of the demo."""

import random
from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import SiteFactory
from tracking.models import Goal, Import
from tracking.simulation import history
from tracking.simulation.scenario import DOMAIN
from tracking.warehouse import Query, close, inquire, run
from tracking.warehouse.definitions import Definitions
from tracking.warehouse.funnel import read_funnel

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _few(monkeypatch, tmp_path, settings):
    settings.DATA = tmp_path
    monkeypatch.setattr(history, "DAYS", 3)
    monkeypatch.setattr(history, "VISITS_A_DAY", 20)
    # The next one reads there.
    close()
    yield
    close()


def test_its_visits_lie_in_the_weeks_before_now():
    times = [
        datetime.fromisoformat(line["timestamp"]) for line in history.lines(NOW, random.Random(1))
    ]

    assert NOW - timedelta(days=3) <= min(times) < max(times) < NOW
    assert len(times) > 60


def test_reports_of_the_demo_have_something_to_say_once():
    site = SiteFactory(domain=DOMAIN)

    stored, again = history.fill(site, NOW), history.fill(site, NOW)

    query = Query.build(
        site, ["events"], ["visit:country"], date_range=["2026-03-01", "2026-03-11"], now=NOW
    )
    rows = run(query).rows
    assert (0, 1, 2) == (
        again,
        Import.objects.filter(site=site).count(),
        Goal.objects.filter(site=site).count(),
    )
    names = [line["name"] for line in history.lines(NOW, random.Random(1))]
    assert len(names) == stored
    assert len(names) - names.count("engagement") == sum(row.metrics[0] for row in rows)
    assert {"DE", "US"} <= {row.dimensions[0] for row in rows}


def test_the_demo_has_a_funnel_that_visitors_come_through(monkeypatch):
    monkeypatch.setattr(history, "VISITS_A_DAY", 100)
    site = SiteFactory(domain=DOMAIN)
    history.fill(site, NOW)
    query = Query.build(site, ["visitors"], date_range=["2026-03-01", "2026-03-11"], now=NOW)

    kept = site.funnels.get()

    funnel = read_funnel(query, kept.steps, kept.scope, Definitions(site.pk))
    first, *_, last = inquire(funnel).visitors
    assert first > last > 0


def test_the_demo_tells_how_fast_pages_are_and_how_they_are_read():
    site = SiteFactory(domain=DOMAIN)
    history.fill(site, NOW)

    days = ["2026-03-01", "2026-03-11"]
    loads = Query.build(site, ["lcp_loads"], ["visit:device"], date_range=days, now=NOW)
    reading = Query.build(
        site, ["scroll_depth", "time_on_page"], ["event:page"], date_range=days, now=NOW
    )
    properties = Query.build(site, ["events"], ["event:props:size"], date_range=days, now=NOW)

    by_device = {row.dimensions[0]: row.metrics for row in run(loads).rows}
    assert {"Mobile", "Desktop"} <= set(by_device)
    assert all(told > 0 for (told,) in by_device.values())
    assert all(None not in row.metrics for row in run(reading).rows)
    assert {"250 g", "1 kg"} <= {row.dimensions[0] for row in run(properties).rows}
