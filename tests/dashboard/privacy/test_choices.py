"""The owner's choices about what is kept of visitors."""

from typing import Any

import pytest

from tests.factories import SeatFactory, SiteFactory
from tracking.models import Change, Site

pytestmark = pytest.mark.django_db

PAGE = "/sites/northpeak.example/privacy"
CHOICES = {
    "visitor_days": "1",
    "place_precision": "country",
    "retention_days": "90",
    "privacy_contact": "privacy@northpeak.example",
    "privacy_published": "on",
}


@pytest.fixture
def site(client: Any) -> Site:
    """A site whose owner is signed in."""
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership.site


def chosen(site: Site) -> tuple:
    site.refresh_from_db()
    return (
        site.visitor_days,
        site.own_ids,
        site.place_precision,
        site.honour_opt_out,
        site.retention_days,
        site.privacy_contact,
        site.privacy_published,
    )


def test_page_says_when_a_change_of_own_ids_holds(client, site):
    assert "A change holds at once: who is on your pages" in client.get(PAGE).content.decode()


def test_owner_makes_choices_and_the_log_says_which(client, site):
    response = client.post(PAGE, CHOICES)

    assert (PAGE, (1, False, "country", False, 90, "privacy@northpeak.example", True)) == (
        response["Location"],
        chosen(site),
    )
    change = Change.objects.get()
    assert ("changed", "privacy") == (change.did, change.what)
    assert {
        "place_precision": ["city", "country"],
        "honour_opt_out": [True, False],
        "retention_days": [None, 90],
        "privacy_contact": None,
        "privacy_published": [False, True],
    } == change.details


@pytest.mark.parametrize("longer", [{"visitor_days": "7"}, {"own_ids": "on"}], ids=["days", "ids"])
def test_visitors_are_known_for_longer_only_by_a_word_that_it_is_meant(client, site, longer):
    refused = client.post(PAGE, CHOICES | longer)
    before = chosen(site)[:2]

    client.post(PAGE, CHOICES | longer | {"is_meant": "on"})

    assert {"is_meant": ["Tick this to know visitors for longer."]} == refused.context[
        "form"
    ].errors
    assert ((1, False), True) == (before, chosen(site)[:2] != before)


@pytest.mark.parametrize(
    "shorter", [{"visitor_days": "7"}, {"visitor_days": "30"}], ids=["shorter", "as before"]
)
def test_no_word_is_asked_for_what_makes_nothing_longer(client, site, shorter):
    Site.objects.filter(pk=site.pk).update(visitor_days=30, own_ids=True)

    client.post(PAGE, CHOICES | shorter)

    assert (int(shorter["visitor_days"]), False) == chosen(site)[:2]


@pytest.mark.parametrize(
    ("days", "kept"), [("30", 30), ("31", None), ("0", None), ("-1", None), ("", None)]
)
def test_visits_are_kept_no_longer_than_the_server_does(client, site, settings, days, kept):
    settings.RETENTION_DAYS = 30

    response = client.post(PAGE, CHOICES | {"retention_days": days})

    assert (kept, days in ("30", "")) == (chosen(site)[4], response.status_code == 302)


def test_hits_page_no_longer_asks_for_signals_of_browsers(client, site):
    assert "honour_opt_out" not in client.get("/sites/northpeak.example/hits").content.decode()
