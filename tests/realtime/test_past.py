"""What is wound back to is what was live then."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from realtime import feed, matching, past
from realtime.window import Window
from tests.realtime.stored import at, event, make_site, store
from tests.tracking.warehouse.sealing.sealed import seal
from tracking.models import Event, Goal
from tracking.warehouse import engine

pytestmark = pytest.mark.django_db

NOW = at("2026-11-10 12:30:20")
PLACES = ["DE", "AT", ""]


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> Iterator[None]:
    """A data folder for each test, and an engine that may read there."""
    settings.DATA = tmp_path
    engine.close()
    yield
    engine.close()


def mobile(one):
    return one.device == "Mobile"


def half_an_hour(site):
    """Visits that open and go on, with goals, bots and unknown visitors among them."""
    Goal.objects.create(site=site, event_name="Signup")
    Goal.objects.create(site=site, page_path="/b*", scroll_threshold=50)
    opened = []
    for number in range(80):
        fields: dict[str, Any] = {
            "time": NOW - timedelta(seconds=1500 - number * 19),
            "path": f"/{'abc'[number % 3]}",
        }
        if number % 3 == 0:
            visitor = number + 1000
            of_visit = {
                "country": PLACES[number % 9 // 3],
                "source": "Google" if number % 2 else "",
                "device": "Mobile" if number % 6 else "Desktop",
                "flags": "bot" if number % 24 == 0 else "",
            }
            [stored] = store(event(site, visitor=visitor, **of_visit, **fields))
            opened.append((stored.id, visitor, of_visit))
        else:
            visit, visitor, of_visit = opened[-1 - number % 2 if len(opened) > 1 else -1]
            kinds = ["pageview", "Signup", "engagement"]
            name = kinds[number % 5 % 3]
            depth = {"scroll_depth": number} if name == "engagement" else {}
            store(
                event(site, visit=visit, visitor=visitor, name=name, **depth, **of_visit, **fields)
            )
    Event.objects.filter(id__in=[visit for visit, *_ in opened[4:6]]).update(
        visit=0, visitor=0, flags="no_visitor"
    )


def live_at(site, moment, holds):
    """What a page showed that was opened at the moment."""
    Event.objects.filter(site_id=site.pk, time__gte=moment).delete()
    now = Window(site.pk, holds).read(moment)
    if holds:
        return now, matching.begin(site.pk, holds, feed.end()).rows.latest(10)
    return now, feed.latest(site.pk, feed.end(), 10).latest(10)


@pytest.mark.parametrize("holds", [None, mobile], ids=["all", "filtered"])
@pytest.mark.parametrize("is_sealed", [False, True], ids=["hot", "sealed"])
@pytest.mark.parametrize("ago", [0, 63, 400])
def test_a_moment_is_shown_as_it_was_live(ago, is_sealed, holds):
    site = make_site()
    half_an_hour(site)
    moment = NOW - timedelta(seconds=ago)
    kept = list(Event.objects.all())

    found = past.at(site, holds, moment, 10)
    if is_sealed:
        seal(NOW + timedelta(days=1))
        assert not Event.objects.filter(site_id=site.pk, flags="").exists()
        found = past.at(site, holds, moment, 10)
        Event.objects.all().delete()
        Event.objects.bulk_create(kept)

    assert live_at(site, moment, holds) == (found.now, found.rows)


def test_rows_are_of_the_day_before_where_little_happened():
    site = make_site()
    store(
        event(site, time=NOW - timedelta(hours=25)),
        event(site, time=NOW - timedelta(hours=23)),
        event(site, visit=2, time=NOW - timedelta(hours=22)),
        event(site, time=NOW),
    )

    [row] = past.at(site, None, NOW, 10).rows

    assert (2, 2, "1h 0m") == (row.id, row.pages, row.span)
