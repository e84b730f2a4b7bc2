"""Cohorts equal those of a plain recount."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tracking.models import Event, Site, VisitorKey
from tracking.warehouse import QueryError, inquire
from tracking.warehouse.retention import Cohort, Retention, mean

pytestmark = pytest.mark.django_db

BERLIN = ZoneInfo("Europe/Berlin")
# Clocks change within it.
FIRST, LAST = date(2026, 3, 18), date(2026, 4, 15)
NOW = datetime(2026, 4, 16, 3, tzinfo=UTC)
START = datetime(2026, 3, 1, tzinfo=UTC)
HOURS = 24 * 46

VISITS = st.lists(
    st.fixed_dictionaries(
        {
            "visitor": st.integers(0, 4),
            "hour": st.integers(0, HOURS),
            "source": st.sampled_from(("", "Google")),
            "signs_up": st.booleans(),
            "bot": st.sampled_from(("", "", "", "bot")),
        }
    ),
    max_size=14,
)

_ids = count(9_000_000)


def store(site: Site, visits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The visits with their number and time, each of a page and perhaps an event a while after."""
    events, stored = [], []
    for visit in visits:
        number = next(_ids)
        time = START + timedelta(hours=visit["hour"])
        # Nobody that is known to be nobody has a visit.
        of = {"visit": number if visit["visitor"] else 0, "visitor": visit["visitor"]}
        flags = visit["bot"] if visit["visitor"] else "no_visitor"
        for position, name in enumerate(["pageview", *(["Signup"] if visit["signs_up"] else [])]):
            events.append(
                Event(
                    id=number if position == 0 else next(_ids),
                    site_id=site.pk,
                    time=time + timedelta(minutes=position),
                    name=name,
                    source=visit["source"],
                    flags=flags,
                    **of,
                )
            )
        stored.append({**visit, "number": number, "time": time})
    Event.objects.bulk_create(events)
    return stored


def floor(day: date, interval: str) -> date:
    if interval == "week":
        return day - timedelta(days=day.weekday())
    return day.replace(day=1) if interval == "month" else day


def parts(interval: str) -> list[date]:
    days = [FIRST + timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
    return sorted({floor(day, interval) for day in days})


def recount(visits: list[dict[str, Any]], interval: str, holds: Any) -> list[tuple]:
    walks = defaultdict(list)
    for visit in visits:
        if visit["visitor"] and not visit["bot"]:
            walks[visit["visitor"]].append(visit)
    counted: dict[tuple[date, date], int] = defaultdict(int)
    for walk in walks.values():
        first = min(walk, key=lambda visit: (visit["time"], visit["number"]))
        if not holds(first):
            continue
        cohort = floor(first["time"].astimezone(BERLIN).date(), interval)
        for part in {floor(v["time"].astimezone(BERLIN).date(), interval) for v in walk}:
            counted[cohort, part] += 1
    starts = parts(interval)
    return [
        (
            start,
            counted[start, start],
            tuple(counted[start, later] for later in starts[place + 1 :]),
        )
        for place, start in enumerate(starts)
    ]


FILTERS: dict[str, tuple[list, Any]] = {
    "none": ([], lambda visit: True),
    "source": ([["is", "visit:source", ["Google"]]], lambda visit: visit["source"] == "Google"),
    "event": ([["is", "event:name", ["Signup"]]], lambda visit: visit["signs_up"]),
}


@pytest.mark.parametrize("interval", ["day", "week", "month"])
@pytest.mark.parametrize("case", FILTERS.values(), ids=FILTERS)
@settings(max_examples=up_to(8))
@given(visits=VISITS)
def test_cohorts_equal_a_recount(case: tuple, interval: str, visits: list) -> None:
    filters, holds = case
    site = SiteFactory(timezone="Europe/Berlin", own_ids=True)
    stored = [
        visit for visit in store(site, visits) if visit["time"].astimezone(BERLIN).date() <= LAST
    ]

    asked = Retention.build(site, interval, filters, [FIRST.isoformat(), LAST.isoformat()], now=NOW)
    found = inquire(asked)

    assert [(row.start, row.visitors, row.returned) for row in found] == recount(
        stored, interval, holds
    )


def cohorts(site: Site, interval: str = "day", now: datetime = NOW) -> list[Cohort]:
    asked = Retention.build(site, interval, (), ["2026-04-13", "2026-04-16"], now=now)
    return inquire(asked)


def came(site: Site, visitor: int, *days: int) -> None:
    for day in days:
        EventFactory(site=site, visitor=visitor, time=datetime(2026, 4, day, 1, tzinfo=UTC))


def test_filters_are_asked_of_the_first_visit_alone():
    site = SiteFactory(own_ids=True)
    came(site, 1, 13)
    # The first came by Google later, the second first.
    for visitor, day in ((1, 14), (2, 14)):
        time = datetime(2026, 4, day, 1, tzinfo=UTC)
        EventFactory(site=site, visitor=visitor, time=time, source="Google")
    came(site, 2, 15)
    filters = [["is", "visit:source", ["Google"]]]

    found = inquire(Retention.build(site, "day", filters, ["2026-04-13", "2026-04-15"], now=NOW))

    assert [(0, (0, 0)), (1, (1,)), (0, ())] == [(row.visitors, row.returned) for row in found]


def test_visit_of_nobody_is_of_no_cohort():
    site = SiteFactory(own_ids=True)
    came(site, 0, 13, 14)

    assert {0} == {cohort.visitors for cohort in cohorts(site)}


def test_what_lies_behind_the_end_of_what_is_known_is_no_figure():
    site = SiteFactory(visitor_days=7)
    VisitorKey.objects.filter(site=site).update(first=date(2026, 4, 15), last=date(2026, 4, 21))
    came(site, 1, 13, 14)
    came(site, 2, 15, 16)

    assert [
        Cohort(date(2026, 4, 13), 1, (1, None, None), 2),
        Cohort(date(2026, 4, 14), 0, (None, None), 1),
        Cohort(date(2026, 4, 15), 1, (1,), 0),
        Cohort(date(2026, 4, 16), 0, (), 0),
    ] == cohorts(site)


def test_parts_that_have_not_begun_are_not_told():
    site = SiteFactory(own_ids=True)
    came(site, 1, 13, 14)

    found = cohorts(site, now=datetime(2026, 4, 14, 12, tzinfo=UTC))

    assert [
        Cohort(date(2026, 4, 13), 1, (1,), 0),
        Cohort(date(2026, 4, 14), 0, (), 0),
    ] == found


def test_part_is_over_and_the_next_one_begun_at_the_same_moment():
    site = SiteFactory(own_ids=True)
    came(site, 1, 13, 14)

    found = cohorts(site, now=datetime(2026, 4, 15, tzinfo=UTC))

    assert [
        Cohort(date(2026, 4, 13), 1, (1, 0), 1),
        Cohort(date(2026, 4, 14), 0, (0,), 0),
        Cohort(date(2026, 4, 15), 0, (), 0),
    ] == found


def test_the_mean_is_of_visitors_of_whom_the_whole_part_is_known():
    found = [
        Cohort(date(2026, 4, 13), 10, (5, None), 2),
        Cohort(date(2026, 4, 14), 30, (3,), 1),
        Cohort(date(2026, 4, 15), 60, (60,), 0),
    ]

    assert (0.2, None, None) == (mean(found, 0), mean(found, 1), mean(found, 2))


@pytest.mark.parametrize(
    ("choices", "interval", "sentence"),
    [
        ({}, "day", "on the same day only"),
        ({"visitor_days": 7}, "week", "for 7 days, in which no week"),
        ({"visitor_days": 30}, "month", "for 30 days, in which no month"),
        ({"own_ids": True}, "year", "must be one of day, week, month"),
    ],
    ids=["day", "7 days", "30 days", "no interval"],
)
def test_what_cannot_be_known_is_refused_with_the_reason(choices, interval, sentence):
    with pytest.raises(QueryError, match=sentence):
        Retention.build(SiteFactory(**choices), interval)


def test_sixty_cohorts_are_told_and_no_more():
    site = SiteFactory(own_ids=True)

    found = inquire(Retention.build(site, "day", (), ["2026-01-01", "2026-03-01"], now=NOW))

    assert 60 == len(found)
    with pytest.raises(QueryError, match="more than 60 cohorts"):
        Retention.build(site, "day", (), ["2026-01-01", "2026-03-02"], now=NOW)
