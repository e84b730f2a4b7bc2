"""The page of a site's alerts."""

from datetime import UTC, datetime, time

import pytest
import time_machine

from dashboard.alerts import forms
from realtime import tasks
from realtime.out.models import Delivery, Occurrence, Threshold
from tests.factories import MemberFactory, SeatFactory, SiteFactory, UserFactory
from tests.mail import delivered
from tests.realtime.out.hooks import make_hook
from tracking.models import Goal, Role, Site

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
ALERTS = "/sites/northpeak.example/alerts"
LIMIT = {"direction": "above", "limit": "100", "figure": "online", "minutes": "1"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site(client, monkeypatch) -> Site:
    """A site whose owner is signed in."""
    monkeypatch.setattr(tasks, "dispatch", lambda: None)
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership.site


def owner_of(site: Site):
    return site.team.members.get().user


def test_added_alert_is_listed_by_its_name(client, site):
    client.post(ALERTS, LIMIT)

    assert "More than 100 visitors online" in client.get(ALERTS).content.decode()


@pytest.mark.parametrize(
    ("watches", "given", "stored"),
    [
        ("spike", {"limit": "200", "minutes": "30"}, ("above", 200, 30)),
        ("drop", {"limit": "50", "minutes": "60"}, ("below", 50, 60)),
        ("silence", {"minutes": "180"}, ("below", 1, 180)),
        ("goal", {"direction": "below", "limit": "5", "minutes": "1440"}, ("below", 5, 1440)),
        ("errors", {"limit": "20", "minutes": "60"}, ("above", 20, 60)),
    ],
)
def test_each_kind_has_its_own_fields(client, site, watches, given, stored):
    goal = Goal.objects.create(site=site, event_name="Signup")
    more = {"goal": goal.pk} if watches == "goal" else {}

    client.post(f"{ALERTS}?watches={watches}", {**given, **more})

    assert [(watches, *stored, owner_of(site).pk)] == list(
        Threshold.objects.values_list("watches", "direction", "limit", "minutes", "owner")
    )


@pytest.mark.parametrize(
    ("watches", "fields", "name"),
    [
        ("number", {"limit": "-1"}, "limit"),
        ("number", {"limit": "many"}, "limit"),
        ("number", {"limit": "9" * 12}, "limit"),
        ("number", {"minutes": "0"}, "minutes"),
        ("number", {"minutes": "61"}, "minutes"),
        ("number", {"figure": "money"}, "figure"),
        ("number", {"quiet_from": "22:00"}, "quiet_until"),
        ("spike", {"limit": "109", "minutes": "30"}, "limit"),
        ("drop", {"limit": "91", "minutes": "30"}, "limit"),
        ("goal", {"minutes": "60", "goal": "99999"}, "goal"),
        ("errors", {"minutes": "1"}, "minutes"),
    ],
)
def test_alert_that_cannot_be_is_refused_beside_its_field(client, site, watches, fields, name):
    response = client.post(f"{ALERTS}?watches={watches}", LIMIT | fields)

    assert [name] == list(response.context["form"].errors)


def test_goal_of_another_site_is_refused(client, site):
    goal = Goal.objects.create(site=SiteFactory(), event_name="Signup")

    client.post(f"{ALERTS}?watches=goal", LIMIT | {"minutes": "60", "goal": goal.pk})

    assert not Threshold.objects.exists()


def test_site_has_a_bounded_number_of_alerts(client, site, monkeypatch):
    monkeypatch.setattr(forms, "MOST_ALERTS", 1)
    Threshold.objects.create(site=site, limit=1)

    client.post(ALERTS, LIMIT)

    assert 1 == Threshold.objects.count()


def test_only_people_who_see_the_site_can_be_told(client, site):
    stranger = UserFactory()

    response = client.post(ALERTS, LIMIT | {"people": [str(stranger.pk)]})

    assert ["people"] == list(response.context["form"].errors)


def test_alert_is_changed(client, site):
    alert = Threshold.objects.create(site=site, limit=1, crossed=True)
    reader = MemberFactory(team=site.team, role=Role.VIEWER).user

    quiet = {"quiet_from": "22:00", "quiet_until": "07:00", "people": [str(reader.pk)]}
    client.post(f"{ALERTS}/{alert.pk}", LIMIT | quiet)

    alert.refresh_from_db()
    assert (100, True, time(22), time(7), [reader.pk]) == (
        alert.limit,
        alert.crossed,
        alert.quiet_from,
        alert.quiet_until,
        list(alert.readers.values_list("user", flat=True)),
    )


def test_alert_that_crosses_while_it_is_changed_stays_crossed(site):
    alert = Threshold.objects.create(site=site, limit=1)
    form = forms.AlertForm(LIMIT, instance=alert, watches=alert.watches)
    assert form.is_valid()
    Threshold.objects.update(crossed=True)

    form.save_for(owner_of(site))

    alert.refresh_from_db()
    assert (100, True) == (alert.limit, alert.crossed)


def test_alert_is_removed_and_another_sites_is_not(client, site):
    mine = Threshold.objects.create(site=site, limit=1)
    other = Threshold.objects.create(site=SiteFactory(), limit=1)

    answers = [client.post(f"{ALERTS}/{each.pk}/remove") for each in (mine, other)]

    assert [302, 404] == [each.status_code for each in answers]
    assert [other] == list(Threshold.objects.all())


def test_alert_of_a_viewer_is_refused(client):
    site = SiteFactory(domain="northpeak.example")
    client.force_login(SeatFactory(site=site, role=Role.VIEWER).user)

    assert 404 == client.post(ALERTS, LIMIT).status_code
    assert not Threshold.objects.exists()


def test_trying_out_tells_readers_and_webhooks_and_is_no_occurrence(client, site):
    owner = owner_of(site)
    client.post(ALERTS, LIMIT | {"people": [str(owner.pk)]})
    make_hook(site, kinds=["threshold"], form="slack")
    make_hook(site, kinds=["visit"])

    client.post(f"{ALERTS}/{Threshold.objects.get().pk}/try")

    [mail] = delivered()
    subject = "Test: northpeak.example: More than 100 visitors online"
    assert ([owner.email], subject) == (mail.to, mail.subject)
    assert ['{"text": "*northpeak.example*: alerts of Footfall come here."}'] == list(
        Delivery.objects.values_list("payload", flat=True)
    )
    assert not Occurrence.objects.exists()


def test_where_no_mail_is_sent_the_page_says_so_and_promises_none(client, site, settings):
    settings.SENDS_MAIL = False
    client.post(ALERTS, LIMIT | {"people": [str(owner_of(site).pk)]})

    tried = client.post(f"{ALERTS}/{Threshold.objects.get().pk}/try", follow=True).content.decode()

    assert "On its way: mails 0, webhooks 0." in tried
    assert "This server sends no mail." in tried


def test_webhook_that_is_switched_off_is_not_tried(client, site):
    client.post(ALERTS, LIMIT)
    make_hook(site, kinds=["threshold"], enabled=False)

    client.post(f"{ALERTS}/{Threshold.objects.get().pk}/try")

    assert not Delivery.objects.exists()


def test_history_of_another_site_is_not_told(client, site):
    alert = Threshold.objects.create(site=SiteFactory(), limit=5)
    Occurrence.objects.create(threshold=alert, value=9, limit=5, opened_at=NOW, told_at=NOW)

    assert [] == client.get(ALERTS).context["history"]


def test_history_tells_when_it_was_and_leads_to_the_moment(client, site):
    owner = owner_of(site)
    owner.timezone = "Europe/Berlin"
    owner.save()
    alert = Threshold.objects.create(site=site, limit=5, minutes=60, figure="visits")
    Occurrence.objects.create(threshold=alert, value=9, limit=5, opened_at=NOW, told_at=NOW)

    page = client.get(ALERTS).content.decode()

    assert "Tue 10 Mar 2026, 13:00" in page
    assert "/alerts/then?moment=1773144000000&amp;minutes=60" in page
