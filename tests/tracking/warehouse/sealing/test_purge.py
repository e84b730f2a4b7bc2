"""What somebody asked to be deleted is gone from the database and from sealed files."""

from datetime import datetime, timedelta

import pytest

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, by, seal, visit
from tracking import tasks
from tracking.models import Event, Purge, QuarantinedHit
from tracking.signals import visits_forgotten
from tracking.warehouse.sealing import purge as purging
from tracking.warehouse.sealing.purge import about, purge
from tracking.warehouse.sealing.turn import turn

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


def ask(site, before) -> Purge:
    return Purge.objects.create(site=site, before=before)


def test_what_is_older_goes_in_slices_from_both_sides_and_the_rest_stays(monkeypatch):
    monkeypatch.setattr(purging, "SLICE", 2)
    site, other = SiteFactory(), SiteFactory()
    for each in (site, other):
        visit(each, ["/sealed"])
    seal(LATER)
    for each in (site, other):
        visit(each, ["/a", "/b", "/c"], start=LATER)
        visit(each, ["/later"], start=LATER + HOUR)

    purge(site.pk, LATER + HOUR)

    assert {"/later": (1, 1)} == by(site, "event:page")
    assert {"/sealed", "/a", "/b", "/c", "/later"} == set(by(other, "event:page"))


def test_a_visit_goes_as_a_whole():
    site = SiteFactory()
    visit(site, ["/before", "/after"], start=NOON)

    purge(site.pk, NOON + timedelta(seconds=30))

    assert not Event.objects.exists()


def test_hits_set_aside_go_too_and_others_hear_of_it():
    site, other = SiteFactory(), SiteFactory()
    for each, at in ((site, NOON), (site, LATER), (other, NOON)):
        hit = QuarantinedHit.objects.create(site_id=each.pk, payload="{}", error="")
        QuarantinedHit.objects.filter(pk=hit.pk).update(quarantined_at=at)
    heard: list[tuple] = []

    def hear(site_id: int, before: datetime, **_kwargs: object) -> None:
        heard.append((site_id, before))

    visits_forgotten.connect(hear)
    purge(site.pk, LATER)
    visits_forgotten.disconnect(hear)

    left = QuarantinedHit.objects.order_by("pk").values_list("site_id", "quarantined_at")
    assert ([(site.pk, LATER), (other.pk, NOON)], [(site.pk, LATER)]) == (list(left), heard)


def test_what_was_asked_is_done_once():
    site = SiteFactory()
    visit(site, ["/"])
    ask(site, LATER)

    tasks.purge_asked.call_local()

    assert (0, 0) == (Event.objects.count(), Purge.objects.count())


def test_what_cannot_be_done_now_stays_asked():
    site = SiteFactory()
    visit(site, ["/"])
    ask(site, LATER)

    with turn():
        tasks.purge_asked.call_local()

    assert (1, 1) == (Event.objects.count(), Purge.objects.count())


def test_about_tells_what_is_in_the_database_and_what_is_sealed():
    site = SiteFactory()
    visit(site, ["/", "/b"])
    visit(SiteFactory(), ["/"])
    seal(LATER)
    visit(site, ["/c"], start=LATER)

    assert (1, 2) == about([site.pk])
