"""Answers are the same where whole days are answered from what each adds up to."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tests.tracking.warehouse.sealing.sealed import noted, seal, totals, visit
from tests.tracking.warehouse.sealing.test_late import enrich
from tests.tracking.warehouse.stories import store, stories
from tracking.models import SealedShare, Site
from tracking.warehouse import Query, run, sql
from tracking.warehouse.buckets import naive_utc
from tracking.warehouse.mirror import Mirror
from tracking.warehouse.sealing import sums
from tracking.warehouse.sealing.erase import erase_visitor
from tracking.warehouse.sealing.manifest import live

pytestmark = [pytest.mark.django_db, pytest.mark.costly]

# The end of a month, and in one of the zones of summer time.
START = datetime(2025, 10, 30, tzinfo=UTC)
DAYS = 4
AFTER = START + timedelta(days=DAYS + 1)
SETTLED = AFTER + timedelta(days=400)
ZONES = ("UTC", "Europe/Berlin", "Asia/Kolkata", "America/St_Johns", "Pacific/Auckland")

OF_EVENTS = ("visitors", "visits", "pageviews", "events")
OF_VISITS = ("visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration")
QUESTIONS: tuple[tuple[tuple[str, ...], tuple[str, ...]], ...] = (
    ((*OF_VISITS, "pageviews", "events"), ()),
    (("pageviews", "events"), ("visit:country",)),
    ((*OF_VISITS, "percentage"), ("visit:source",)),
    (OF_VISITS, ("visit:country_name", "visit:city")),
    (("visitors", "events"), ("visit:channel",)),
    ((*OF_VISITS, "pageviews"), ("visit:entry_page",)),
    (OF_VISITS, ("visit:exit_page_hostname",)),
    (OF_EVENTS, ("event:name",)),
    ((*OF_EVENTS, "bounce_rate", "visit_duration", "views_per_visit"), ("event:page",)),
    (("scroll_depth", "time_on_page", "visitors"), ("event:page",)),
    ((*OF_EVENTS, "bounce_rate"), ("event:hostname",)),
    ((*OF_VISITS, "pageviews"), ("time:day",)),
    (OF_VISITS, ("time:week",)),
    (("visitors", "events"), ("time:month",)),
    (("pageviews",), ("time:hour",)),
)


@st.composite
def lives(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Visits of some days, by visitors of a day and by one who is the same on all of them."""
    visits = draw(stories(DAYS * 86400))
    for each in visits:
        if each["visitor"] < 4:
            each["visitor"] += 10 * (2 + each["start"] // 86400)
    return visits


periods = st.tuples(st.integers(-1, DAYS), st.integers(0, DAYS)).map(
    lambda days: [str(START.date() + timedelta(days=days[0] + more)) for more in (0, days[1])]
)


def answers(site: Site, period: list[str]) -> list:
    """Each question's, in the order of its rows' names."""
    return [
        sorted((row.dimensions, row.metrics) for row in run(query).rows)
        for query in (
            Query.build(site, list(metrics), list(by), date_range=period, now=AFTER)
            for metrics, by in QUESTIONS
        )
    ]


def read_all(site: Site, period: list[str]) -> list:
    """The answers as they are where sums are not used."""
    with pytest.MonkeyPatch.context() as without:
        without.setattr(sql, "can_add_up", lambda *_: False)
        return answers(site, period)


def summed_days(site: Site) -> set[date]:
    reading = Mirror().read(site.pk)
    days = reading.tables(naive_utc(START), naive_utc(AFTER)).days
    if days is None:
        return set()
    found = reading.cursor.execute(f"SELECT DISTINCT time::DATE FROM {days.sums}").fetchall()  # noqa: S608
    return {day for (day,) in found}


@pytest.mark.files
@settings(max_examples=up_to(15))
@given(visits=lives(), zone=st.sampled_from(ZONES), period=periods)
def test_answers_are_the_same_from_sums(visits: list, zone: str, period: list[str]) -> None:
    site = SiteFactory(timezone=zone)
    if events := store(site, START, visits):
        noted(events)
    hot = answers(site, period)
    seal(AFTER)
    seal(SETTLED)

    settled = answers(site, period)
    site.delete()

    assert hot == settled


@settings(max_examples=up_to(15))
@given(data=st.data(), visits=lives(), period=periods)
def test_answers_are_those_of_all_rows_whatever_happens(
    data: st.DataObject, visits: list, period: list[str]
) -> None:
    site = SiteFactory(timezone=data.draw(st.sampled_from(ZONES)))
    events = store(site, START, visits)
    events += visit(site, ["/", "/blog"], start=START + timedelta(hours=30))
    noted(events)
    visitors = st.sampled_from([event.visitor for event in events])
    moments = st.integers(0, DAYS * 86400).map(lambda s: START + timedelta(seconds=s))
    seal(AFTER)
    seal(SETTLED)
    for happens in data.draw(
        st.lists(st.sampled_from(["late", "erase", "seal", "settle", "more"]), max_size=4)
    ):
        if happens == "late":
            enrich(site, data.draw(visitors), data.draw(moments))
        elif happens == "erase":
            erase_visitor(site.pk, [data.draw(visitors)])
        elif happens == "seal":
            seal(AFTER)
        elif happens == "settle":
            seal(SETTLED)
        else:
            visit(site, ["/more"], start=data.draw(moments))
        assert read_all(site, period) == answers(site, period), happens
    site.delete()


@pytest.mark.files
def test_whole_settled_days_are_answered_from_sums() -> None:
    site = SiteFactory()
    for day in range(3):
        visit(site, ["/"], start=START + timedelta(days=day))
    seal(AFTER)
    before = summed_days(site)

    seal(SETTLED)

    assert set() == before
    assert {START.date() + timedelta(days=day) for day in range(3)} == summed_days(site)


def settled(site: Site, **question: Any) -> list:
    """The visitors of each row of a question, once all is settled."""
    seal(AFTER)
    seal(SETTLED)
    period = [str(START.date()), str(START.date() + timedelta(days=3))]
    query = Query.build(site, ["visitors"], now=AFTER, **{"date_range": period, **question})
    return [row.metrics[0] for row in run(query).rows]


def test_visitor_of_two_segments_is_counted_once() -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"], start=START)
    visit(site, ["/"], start=START + timedelta(days=2), visitor=first.visitor)
    visit(site, ["/"], start=START)

    assert [2] == settled(site)


def test_visitor_over_midnight_is_counted_once_on_each_day_and_on_both() -> None:
    site = SiteFactory()
    midnight = START + timedelta(days=1)
    visit(site, ["/", "/"], start=midnight - timedelta(seconds=30))
    visit(site, ["/"], start=START)
    days = [str(START.date()), str(midnight.date())]

    assert ([2], [2], [1]) == (
        settled(site, date_range=days),
        settled(site, date_range=days[:1] * 2),
        settled(site, date_range=days[1:] * 2),
    )


def test_hours_between_the_clocks_midnight_and_that_of_utc_are_counted_too() -> None:
    site = SiteFactory(timezone="Europe/Berlin")
    for hours in (22.5, 23.5, 36, 60, 71.5):
        visit(site, ["/"], start=START + timedelta(hours=hours))

    assert [3] == settled(site, date_range=["2025-10-31", "2025-11-01"])


def test_visitor_on_both_sides_of_a_clocks_midnight_is_in_both_days_of_a_chart() -> None:
    site = SiteFactory(timezone="America/St_Johns")
    (before,) = visit(site, ["/"], start=START + timedelta(days=1, hours=1))
    visit(site, ["/"], start=START + timedelta(days=1, hours=12), visitor=before.visitor)
    visit(site, ["/"], start=START + timedelta(days=1, hours=13))

    assert [1, 2, 0, 0] == settled(site, dimensions=["time:day"])


def test_events_of_unknown_visitors_are_in_the_sums() -> None:
    site = SiteFactory()
    visit(site, ["/"], start=START)
    still_hot = SETTLED + timedelta(days=1)
    for time in (START, START + timedelta(days=1), still_hot):
        noted([EventFactory(site=site, visitor=0, visit=0, time=time)])
    seal(AFTER)
    seal(SETTLED)

    days = [str(START.date()), str(START.date() + timedelta(days=1))]
    assert (1, 1, 3, 3) == totals(site, date_range=days)[:4]


@pytest.mark.files
def test_sums_of_a_segment_are_not_used_while_a_visit_of_it_is_back() -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"], start=START)
    visit(site, ["/"], start=START)
    seal(AFTER)
    seal(SETTLED)
    enrich(site, first.visitor, START + timedelta(minutes=5))
    during = summed_days(site)
    seal(AFTER)
    seal(SETTLED)

    assert (set(), {START.date()}, (2, 2, 3)) == (
        during,
        summed_days(site),
        totals(site, date_range=[str(START.date())] * 2)[:3],
    )


@pytest.mark.files
@pytest.mark.parametrize(
    ("fewest", "largest_rest", "summed"),
    [
        pytest.param(4, 0.25, True, id="enough"),
        pytest.param(5, 0.25, False, id="too-few"),
        pytest.param(4, 0.24, False, id="too-many-seen-elsewhere"),
    ],
)
def test_days_are_summed_where_it_is_worth_it(
    fewest: int, largest_rest: float, summed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sums, "FEWEST", fewest)
    monkeypatch.setattr(sums, "LARGEST_REST", largest_rest)
    site = SiteFactory()
    (again, *_), *_ = [visit(site, ["/"], start=START) for _ in range(4)]
    visit(site, ["/"], start=START + timedelta(days=40), visitor=again.visitor)
    seal(AFTER)

    seal(SETTLED)

    october = live().get(day=START.date())
    assert [summed] == list(
        SealedShare.objects.filter(segment=october).values_list("summed", flat=True)
    )
