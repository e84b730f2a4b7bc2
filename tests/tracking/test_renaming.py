"""Sources that became known are named in what is stored, in the database and sealed."""

from datetime import timedelta

import pytest
from django.utils import timezone

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, by, seal, totals, visit
from tracking import renaming, tasks
from tracking.models import Renaming
from tracking.renaming import rename_sources
from tracking.warehouse.sealing.turn import turn

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("own_data")]

UNKNOWN = {"referrer": "kagi.com/search", "source": "kagi.com", "channel": "Referral"}


def seal_all() -> None:
    seal(LATER)


@pytest.fixture(params=["in the database", "sealed"])
def settle(request):
    """Leaves what was stored where it is, or seals it."""
    return seal_all if request.param == "sealed" else lambda: None


def test_a_bare_host_that_became_known_gets_its_name_and_channel(settle):
    site, other = SiteFactory(), SiteFactory()
    for each in (site, other):
        visit(each, ["/a", "/b"], **UNKNOWN)
    settle()
    before = totals(site)

    rename_sources([site.pk])

    assert ({"Kagi": (1, 1)}, {"Organic Search": (1, 1)}) == (
        by(site, "visit:source"),
        by(site, "visit:channel"),
    )
    assert before == totals(site)
    assert {"kagi.com": (1, 1)} == by(other, "visit:source")


@pytest.mark.parametrize(
    ("stored", "source"),
    [
        pytest.param({"referrer": "kagi.com", "source": "kagi.com"}, "Kagi", id="host alone"),
        pytest.param(
            {
                "referrer": "android-app://com.twitter.android",
                "source": "android-app://com.twitter.android",
            },
            "X (Twitter)",
            id="app",
        ),
        pytest.param({"referrer": "kagi.com", "source": "Partner"}, "Partner", id="by another tag"),
        pytest.param(
            {"referrer": "kagi.com", "source": "kagi.com", "utm_source": "kagi.com"},
            "kagi.com",
            id="by utm_source",
        ),
        pytest.param(
            {"referrer": "kagi.com.example/", "source": "kagi.com"}, "kagi.com", id="another host"
        ),
        pytest.param(
            {"referrer": "blog.example/", "source": "blog.example"}, "blog.example", id="unknown"
        ),
        pytest.param({"referrer": "", "source": ""}, "", id="direct"),
    ],
)
def test_what_did_not_come_from_the_referrer_alone_stays(settle, stored, source):
    site = SiteFactory()
    visit(site, ["/"], **stored)
    settle()

    rename_sources([site.pk])

    assert {source or "Direct / None"} == {
        name or "Direct / None" for name in by(site, "visit:source")
    }


def test_a_paid_medium_makes_the_channel_a_paid_one(settle):
    site = SiteFactory()
    visit(site, ["/"], **UNKNOWN, utm_medium="cpc")
    settle()

    rename_sources([site.pk])

    assert {"Paid Search": (1, 1)} == by(site, "visit:channel")


def test_what_was_asked_is_done_once():
    site, other = SiteFactory(), SiteFactory()
    for each in (site, other):
        visit(each, ["/"], **UNKNOWN)
    Renaming.objects.create(site=site)

    tasks.rename_asked.call_local()

    assert ({"Kagi": (1, 1)}, {"kagi.com": (1, 1)}) == (
        by(site, "visit:source"),
        by(other, "visit:source"),
    )
    assert not Renaming.objects.exists()


def test_what_was_lost_with_its_worker_stays_asked(monkeypatch):
    site = SiteFactory()
    Renaming.objects.create(site=site)
    monkeypatch.setattr(renaming, "rename_hot", lambda ids: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        tasks.rename_asked.call_local()

    assert [site] == [each.site for each in Renaming.objects.all()]


def test_what_is_asked_again_while_it_is_done_stays_asked(monkeypatch):
    site = SiteFactory()
    Renaming.objects.create(site=site)
    later = timezone.now() + timedelta(seconds=1)
    monkeypatch.setattr(
        renaming, "rename_hot", lambda _ids: Renaming.objects.update(asked_at=later)
    )

    tasks.rename_asked.call_local()

    assert [later] == [each.asked_at for each in Renaming.objects.all()]


def test_what_is_asked_is_taken_up_again_by_the_task_that_seals(monkeypatch):
    taken_up = []
    monkeypatch.setattr(tasks, "rename_asked", lambda: taken_up.append("rename"))
    Renaming.objects.create(site=SiteFactory())

    tasks.seal.call_local()

    assert ["rename"] == taken_up


def test_while_others_change_sealed_files_it_stays_asked():
    Renaming.objects.create(site=SiteFactory())

    with turn():
        tasks.rename_asked.call_local()

    assert 1 == Renaming.objects.count()
