"""An export, imported into an empty site, gives the same answers to every question."""

import tempfile
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.factories import EventFactory, SiteFactory
from tests.tracking.transfer.files import imported
from tests.tracking.warehouse.sealing.sealed import noted, seal
from tests.tracking.warehouse.stories import store, stories
from tracking.models import EventLog, Site
from tracking.transfer.exporting import export, opened
from tracking.transfer.fields import FORMATS
from tracking.warehouse import Query, run

pytestmark = [pytest.mark.django_db, pytest.mark.costly]

DAY = datetime(2026, 3, 10, tzinfo=UTC)
SECONDS = 24 * 3600
IDS = count(10**12, 10**6)
COUNTED = ["visitors", "visits", "pageviews", "events"]
OF_VISITS = ["visitors", "visits", "views_per_visit", "bounce_rate", "visit_duration"]
QUESTIONS: tuple[dict[str, Any], ...] = (
    {"metrics": [*COUNTED, "bounce_rate", "visit_duration", "views_per_visit"]},
    {"metrics": [*COUNTED, "scroll_depth", "time_on_page"], "dimensions": ["event:page"]},
    {"metrics": COUNTED, "dimensions": ["event:hostname"]},
    {"metrics": COUNTED, "dimensions": ["event:name", "event:props:plan"]},
    {"metrics": OF_VISITS, "dimensions": ["visit:source", "visit:channel"]},
    {"metrics": OF_VISITS, "dimensions": ["visit:country", "visit:referrer"]},
    {"metrics": OF_VISITS, "dimensions": ["visit:entry_page"]},
    {"metrics": OF_VISITS, "dimensions": ["visit:exit_page"]},
    {"metrics": OF_VISITS, "dimensions": ["visit:bot"]},
    {"metrics": ["visitors", "pageviews"], "dimensions": ["time:hour"]},
    {"metrics": COUNTED, "filters": [["contains", "event:page", ["blog"]]]},
    {"metrics": OF_VISITS, "filters": [["is_not", "visit:source", ["Google"]]]},
)


def answers(site: Site) -> list[list[tuple]]:
    found = []
    for question in QUESTIONS:
        query = Query.build(site, date_range=["2026-03-09", "2026-03-12"], **question)
        rows = [(row.dimensions, row.metrics) for row in run(query).rows]
        found.append(sorted(rows, key=repr))
    return found


def moved(site: Site, kind: str) -> Site:
    """Another site, with an export of this one in it."""
    other = SiteFactory()
    with tempfile.NamedTemporaryFile() as file:
        export(site, file, kind)
        file.flush()
        assert 0 == imported(other, Path(file.name), kind).refused
    return other


@pytest.mark.parametrize("kind", FORMATS)
@settings(max_examples=up_to(8))
@given(visits=stories(SECONDS), is_sealed=st.booleans())
def test_imported_export_gives_the_same_answers(kind: str, visits: list, is_sealed: bool):
    site = SiteFactory()
    store(site, DAY, visits)
    # Beyond all ids that stories give themselves, so that those of the import are others.
    EventLog.objects.update_or_create(pk=1, defaults={"last_id": next(IDS)})
    if is_sealed:
        seal(DAY + timedelta(days=3))

    assert answers(site) == answers(moved(site, kind))


@pytest.mark.parametrize("kind", FORMATS)
def test_what_is_odd_survives(kind: str):
    site = SiteFactory()
    odd = {
        "path": '/a b?c="d"&e=%20#f\n,',
        "hostname": "müller.example",
        "title": "Ünï, “quoted”\t",
        "referrer": "google.com/search",
        "source": "",
        "channel": "Odd",
        "utm_campaign": "a,b",
        "props": '{"plan": "a \\"b\\", c", "ü": ""}',
        "revenue_amount": "999999999999.999",
        "revenue_currency": "EUR",
    }
    noted(
        [
            EventFactory(site=site, time=DAY, **odd),
            EventFactory(site=site, time=DAY, flags="bot", hostname="", path=""),
            EventFactory(site=site, time=DAY, flags="no_visitor", visit=0, visitor=0),
        ]
    )

    fields = [*odd, "time", "name", "bot", "visit = 0", "visitor = 0"]
    assert rows(site, fields) == rows(moved(site, kind), fields)


def rows(site: Site, fields: list[str]) -> list[tuple]:
    """The events of a site as they are stored, hot or sealed."""
    first, last = datetime(2026, 1, 1), datetime(2027, 1, 1)
    with opened(site) as (connection, sealed):
        events = sealed.tables(first, last).events
        return connection.execute(
            f"SELECT {', '.join(fields)} FROM {events} WHERE site_id = $1 ORDER BY id",  # noqa: S608
            [site.pk],
        ).fetchall()
