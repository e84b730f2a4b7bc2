"""`POST /api/v2/retention`."""

from datetime import UTC, datetime

import pytest
import time_machine

from tests.dashboard.api.asking import asking
from tests.factories import EventFactory, SeatFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(datetime(2026, 3, 11, 12, tzinfo=UTC), tick=False):
        yield


def test_cohorts_are_told_with_who_came_back():
    seat = SeatFactory(site__own_ids=True)
    for day in (9, 10):
        EventFactory(site=seat.site, visitor=1, time=datetime(2026, 3, day, 9, tzinfo=UTC))
    question = {
        "site_id": seat.site.domain,
        "date_range": ["2026-03-09", "2026-03-11"],
        "interval": "day",
    }

    assert (
        200,
        {
            "interval": "day",
            "cohorts": [
                {"start": "2026-03-09", "visitors": 1, "returned": [1, 0], "complete": 1},
                {"start": "2026-03-10", "visitors": 0, "returned": [0], "complete": 0},
                {"start": "2026-03-11", "visitors": 0, "returned": [], "complete": 0},
            ],
        },
    ) == asking(seat.user)("POST", "/api/v2/retention", question)


def test_filters_are_those_of_the_first_visit():
    seat = SeatFactory(site__own_ids=True)
    for visitor, source in ((1, "Google"), (2, "")):
        time = datetime(2026, 3, 9, 9, tzinfo=UTC)
        EventFactory(site=seat.site, visitor=visitor, source=source, time=time)
    question = {
        "site_id": seat.site.domain,
        "date_range": ["2026-03-09", "2026-03-10"],
        "filters": [["is", "visit:source", ["Google"]]],
    }

    _, answer = asking(seat.user)("POST", "/api/v2/retention", question)

    assert [("2026-03-09", 1)] == [(row["start"], row["visitors"]) for row in answer["cohorts"]]


@pytest.mark.parametrize(
    ("choices", "question", "sentence"),
    [
        ({}, {"date_range": "7d"}, "on the same day only"),
        ({"site__own_ids": True}, {}, "must have the key 'date_range'"),
        ({"site__own_ids": True}, {"date_range": "7d", "metrics": []}, "unknown key 'metrics'"),
        ({"site__own_ids": True}, {"date_range": "7d", "interval": []}, "must be one of day"),
    ],
    ids=["a day", "no dates", "unknown key", "no interval"],
)
def test_what_cannot_be_answered_is_refused_with_a_sentence(choices, question, sentence):
    seat = SeatFactory(**choices)

    status, answer = asking(seat.user)(
        "POST", "/api/v2/retention", {"site_id": seat.site.domain, **question}
    )

    assert status == 400
    assert sentence in answer["error"]
