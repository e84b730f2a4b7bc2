"""Events that come after the visits around them were sealed."""

from datetime import datetime, timedelta

import pytest

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, by, seal, totals, visit
from tracking.enrich import log, visits
from tracking.enrich.event import EnrichedEvent
from tracking.models import Event, ReopenedVisit, Site
from tracking.warehouse import engine

pytestmark = pytest.mark.django_db


def enrich(site: Site, visitor: int, time: datetime, **fields: object) -> EnrichedEvent:
    """Store an event as a drain does."""
    made = {"name": "pageview", "path": "/late", **fields}
    event = EnrichedEvent(site_id=site.pk, visitor=visitor, time=time, **made)
    event.id = log.take_ids(1)
    visits.assign([event], [None])
    log.append([event])
    return event


def test_late_event_joins_the_sealed_visit_that_it_falls_in() -> None:
    site = SiteFactory()
    first, _ = visit(site, ["/", "/about"], source="Google")
    totals(site)
    seal(LATER)
    totals(site)
    late = enrich(site, first.visitor, NOON + timedelta(minutes=20))
    assert (first.id, "Google") == (late.visit, late.source)
    assert (1, 1, 3, 3, 0, 1200) == totals(site)
    assert {"/": (1, 1), "/about": (1, 1), "/late": (1, 1)} == by(site, "event:page")


def test_reopened_visit_is_sealed_anew_and_counted_once() -> None:
    site = SiteFactory()
    first, _ = visit(site, ["/", "/about"])
    other = visit(site, ["/"])
    seal(LATER)
    enrich(site, first.visitor, NOON + timedelta(minutes=20))
    back = set(Event.objects.values_list("visit", flat=True))
    before = totals(site)
    moved = seal(LATER)
    assert ({first.id}, 3, 0) == (back, moved, Event.objects.count())
    assert before == totals(site)
    engine.close()
    assert before == totals(site)
    assert other[0].visit not in back


def test_mirror_that_slept_through_reopening_and_rewriting_has_the_visit() -> None:
    site = SiteFactory()
    first, _ = visit(site, ["/", "/about"])
    totals(site)
    seal(LATER)
    totals(site)
    enrich(site, first.visitor, NOON + timedelta(minutes=20))
    # So early that the visit is written out of its old segment and stays in the event table.
    seal(NOON + timedelta(minutes=30))
    assert (3, 1) == (Event.objects.count(), ReopenedVisit.objects.count())
    assert (1, 1, 3, 3, 0, 1200) == totals(site)


def test_visit_may_come_back_more_than_once() -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"])
    for minute in (10, 20, 30):
        seal(LATER)
        enrich(site, first.visitor, NOON + timedelta(minutes=minute))
        assert 60 * minute == totals(site)[-1]
    seal(LATER)
    assert (1, 1, 4, 4, 0, 1800) == totals(site)


def test_late_event_without_a_visit_near_it_opens_one_of_its_own() -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"])
    seal(LATER)
    late = enrich(site, first.visitor, NOON + timedelta(minutes=30))
    assert (late.id, 0) == (late.visit, ReopenedVisit.objects.count())
    assert (1, 2, 2, 2, 100, 0) == totals(site)
    seal(LATER)
    assert (1, 2, 2, 2, 100, 0) == totals(site)


def test_another_sites_visitor_of_the_same_id_stays_sealed() -> None:
    site, other = SiteFactory(), SiteFactory()
    (first,) = visit(site, ["/"])
    seal(LATER)
    enrich(other, first.visitor, NOON)
    assert (0, (1, 1, 1, 1, 100, 0)) == (ReopenedVisit.objects.count(), totals(site))


def test_properties_and_flags_come_back_as_they_were() -> None:
    site = SiteFactory()
    kept = {"props": '{"plan":"pro","ü":"\\""}', "flags": "bot", "revenue_amount": "12.500"}
    (first,) = visit(site, ["/"], **kept, revenue_currency="EUR", scroll_depth=70)
    before = Event.objects.values().get()
    seal(LATER)
    enrich(site, first.visitor, NOON, flags="bot")
    assert before == Event.objects.filter(id=first.id).values().get()


def test_event_in_order_looks_into_no_file(
    monkeypatch: pytest.MonkeyPatch, time_machine: object
) -> None:
    site = SiteFactory()
    (first,) = visit(site, ["/"])
    seal(LATER)
    time_machine.move_to(LATER)  # type: ignore[attr-defined]
    monkeypatch.setattr("tracking.warehouse.database.open_reader", pytest.fail)
    enrich(site, first.visitor, LATER)
    enrich(site, first.visitor, NOON + timedelta(hours=2))
