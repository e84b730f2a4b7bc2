from datetime import UTC, datetime, timedelta

import pytest

from tracking.enrich import log, visits
from tracking.enrich.event import EnrichedEvent

START = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def store(*events: tuple) -> list[EnrichedEvent]:
    """Store (minute, visitor, visitor before, fields) as one batch, as a drain does."""
    made = [
        EnrichedEvent(
            site_id=fields.pop("site_id", 1),
            visitor=visitor,
            time=START + timedelta(minutes=minute),
            name=fields.pop("name", "pageview"),
            **fields,
        )
        for minute, visitor, _, fields in (
            (*event[:3], dict(event[3]) if len(event) > 3 else {}) for event in events
        )
    ]
    for event_id, event in enumerate(made, log.take_ids(len(made))):
        event.id = event_id
    visits.assign(made, [event[2] for event in events])
    log.append(made)
    return made


def visits_of(events: list[EnrichedEvent]) -> list[int]:
    """The visits by number, in the order they first appear."""
    seen: dict[int, int] = {}
    return [seen.setdefault(event.visit, len(seen) + 1) for event in events]


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [
        pytest.param((0, 29), [1, 1], id="under 30 minutes"),
        pytest.param((0, 30), [1, 2], id="30 minutes"),
        pytest.param((0, 20, 40, 60), [1, 1, 1, 1], id="a chain"),
        pytest.param((0, 20, 55), [1, 1, 2], id="a chain that breaks"),
        pytest.param((20, 0), [1, 1], id="a late event before the first"),
        pytest.param((0, 100, 50), [1, 2, 3], id="a late event out of reach of both"),
        pytest.param((0, 40, 20), [1, 2, 1], id="a late event between two joins the earlier"),
        pytest.param((0, 40, 20, 45), [1, 2, 1, 1], id="two visits stay two"),
    ],
)
@pytest.mark.parametrize("batches", ["together", "one by one"])
def test_assign_splits_a_visitor_by_gaps(minutes, expected, batches):
    hits = [(minute, 7, None) for minute in minutes]

    stored = store(*hits) if batches == "together" else [store(hit)[0] for hit in hits]

    assert expected == visits_of(stored)


def test_assign_gives_the_visit_the_id_of_its_first_event():
    first, second = store((0, 7, None), (1, 7, None))

    assert (first.id, first.id) == (first.visit, second.visit)


def test_assign_keeps_visitors_and_sites_apart():
    assert [1, 2, 3] == visits_of(store((0, 7, None), (1, 8, None), (2, 7, None, {"site_id": 2})))


def test_assign_copies_what_opened_the_visit():
    [opened] = store((0, 7, None, {"source": "Google", "country": "DE", "utm_campaign": "spring"}))
    [later] = store((5, 7, None, {"source": "Bing", "country": "FR", "path": "/b"}))

    assert ("Google", "DE", "spring", "/b") == (
        later.source,
        later.country,
        later.utm_campaign,
        later.path,
    )
    assert opened.visit == later.visit


def test_assign_carries_a_visit_over_midnight_under_yesterdays_id():
    [before] = store((0, 7, None))
    [after] = store((10, 70, 7))
    [later] = store((20, 70, 7))

    assert [(before.visit, 7), (before.visit, 7)] == [
        (after.visit, after.visitor),
        (later.visit, later.visitor),
    ]


def test_assign_starts_anew_under_todays_id_when_yesterdays_visit_has_ended():
    [before] = store((0, 7, None))
    [after] = store((31, 70, 7))

    assert (70, after.id) == (after.visitor, after.visit)
    assert before.visit != after.visit


def test_assign_lets_engagement_keep_a_visit_alive():
    engagement = {"name": "engagement"}

    assert [1, 1, 1] == visits_of(store((0, 7, None), (25, 7, None, engagement), (50, 7, None)))


def test_assign_lets_nothing_join_engagement_without_a_visit():
    engagement, pageview = store((0, 7, None, {"name": "engagement"}), (1, 7, None))

    assert (engagement.id, pageview.id) == (engagement.visit, pageview.visit)
    [later] = store((2, 7, None))
    assert pageview.id == later.visit


@pytest.mark.parametrize("flags", ["no_visitor", "bot,no_visitor"])
def test_assign_gives_events_of_unknown_visitors_no_visit(flags):
    unknown = {"flags": flags}

    assert [0, 0] == [event.visit for event in store((0, 0, None, unknown), (1, 0, None, unknown))]
