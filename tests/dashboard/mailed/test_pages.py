"""The pages on which people choose what they get by mail, and what the links in mails open."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import pytest
import time_machine
from django.test import Client

from dashboard.mailed import forms
from realtime.subscriptions import tokens
from realtime.subscriptions.models import Subscription
from tests.factories import EventFactory, MemberFactory, SeatFactory, SiteFactory
from tests.mail import delivered
from tracking.models import Change, Role

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
REPORTS = "/sites/shop.example/reports"
BOARD = {"email": "Board@example.com", "rhythm": "weekly", "timezone": "Asia/Tokyo"}


@pytest.fixture(autouse=True)
def _clock():
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def seat(client):
    found = SeatFactory(site__domain="shop.example")
    client.force_login(found.user)
    return found


def places(seat) -> list[tuple[str, dict[str, object]]]:
    return [
        (REPORTS, {"site": seat.site}),
        (f"/teams/{seat.site.team.pk}/reports", {"team": seat.site.team}),
    ]


def path_of(link: str) -> str:
    parts = urlsplit(link)
    return f"{parts.path}?{parts.query}"


@pytest.mark.parametrize("which", [0, 1], ids=["site", "team"])
def test_person_chooses_and_ends_reports(client, seat, which):
    address, place = places(seat)[which]

    client.post(address, {"rhythm": ["weekly", "monthly"]})
    chosen = set(Subscription.objects.values_list("rhythm", "user", "since", "confirmed_at"))
    client.post(address, {"rhythm": ["monthly"]})

    both = {(rhythm, seat.user.pk, NOW, NOW) for rhythm in ("weekly", "monthly")}
    assert both == chosen
    assert ["monthly"] == [row.rhythm for row in Subscription.objects.filter(**place)]
    assert [("added", seat.user.pk)] * 2 + [("ended", seat.user.pk)] == list(
        Change.objects.filter(what="report").order_by("pk").values_list("did", "whose")
    )


@pytest.mark.parametrize("which", [0, 1], ids=["site", "team"])
def test_choice_of_one_person_leaves_that_of_others(client, seat, which):
    address, place = places(seat)[which]
    other = MemberFactory(team=seat.site.team).user
    theirs = Subscription.objects.create(user=other, confirmed_at=NOW, **place)

    client.post(address, {"rhythm": ["weekly"]})
    client.post(address, {"rhythm": []})

    assert [theirs] == list(Subscription.objects.all())


def test_page_tells_when_the_next_one_comes_by_the_readers_clock(client, seat):
    seat.user.timezone = "America/New_York"
    seat.user.save()
    client.post(REPORTS, {"rhythm": "weekly"})

    page = client.get(REPORTS).content.decode()

    assert "next on Mon 16 Mar 2026, 07:00." in page


def test_paused_report_says_why_and_goes_on_when_it_is_chosen_again(client, seat):
    client.post(REPORTS, {"rhythm": "weekly"})
    Subscription.objects.update(paused_because="It came back.", since=NOW - timedelta(days=9))
    page = client.get(REPORTS).content.decode()

    client.post(REPORTS, {"rhythm": "weekly"})

    assert "It came back." in page
    assert ("", NOW) == Subscription.objects.values_list("paused_because", "since").get()


def test_added_address_has_to_agree_first(client, seat):
    client.post(f"{REPORTS}/add", BOARD)
    [mail] = delivered()
    row = Subscription.objects.get()
    stranger, link = Client(), path_of(tokens.confirm_link(row.pk))

    looked = stranger.get(link)
    before = Subscription.objects.get().confirmed_at
    stranger.post(link)

    assert (["board@example.com"], True) == (mail.to, "/reports/confirm?token=" in str(mail.body))
    assert ("waiting", 200, None, NOW) == (
        row.state,
        looked.status_code,
        before,
        Subscription.objects.get().confirmed_at,
    )
    assert ("Asia/Tokyo", seat.user.pk) == (row.timezone, row.added_by_id)


def test_who_agrees_twice_goes_on_from_the_first_time(client, seat):
    client.post(f"{REPORTS}/add", BOARD)
    link = path_of(tokens.confirm_link(Subscription.objects.get().pk))
    Client().post(link)

    with time_machine.travel(NOW + timedelta(days=1), tick=False):
        Client().post(link)

    assert (NOW, NOW) == Subscription.objects.values_list("confirmed_at", "since").get()


def test_link_to_agree_ends_after_a_week_and_cannot_be_made_up(client, seat):
    client.post(f"{REPORTS}/add", BOARD | {"email": "late@example.com"})
    link = path_of(tokens.confirm_link(Subscription.objects.get().pk))

    with time_machine.travel(NOW + timedelta(days=8), tick=False):
        late = Client().post(link).status_code

    assert (404, 404) == (late, Client().get("/reports/confirm?token=7:x:y").status_code)
    assert Subscription.objects.get().confirmed_at is None


def test_address_is_asked_three_times_a_day_at_most(client, seat):
    for _ in range(4):
        client.post(f"{REPORTS}/add", BOARD | {"email": "often@example.com"})

    assert 3 == len(delivered())


def test_address_that_gets_it_is_not_asked_again(client, seat):
    Subscription.objects.create(site=seat.site, email="board@example.com", confirmed_at=NOW)

    answer = client.post(f"{REPORTS}/add", BOARD)

    assert ["This address gets that report already."] == answer.context["form"].non_field_errors()
    assert [] == delivered()


def test_site_has_a_bounded_number_of_addresses(client, seat, monkeypatch):
    monkeypatch.setattr(forms, "MOST_ADDRESSES", 1)
    Subscription.objects.create(site=seat.site, email="first@example.com")

    client.post(f"{REPORTS}/add", BOARD)

    assert 1 == Subscription.objects.count()


def test_who_manages_sees_why_mail_came_back_and_lets_it_go_on(client, seat):
    row = Subscription.objects.create(
        site=seat.site, email="b@example.com", confirmed_at=NOW, paused_because="It came back."
    )
    page = client.get(REPORTS).content.decode()

    client.post(f"{REPORTS}/{row.pk}/resume")
    row.refresh_from_db()

    assert ("Stopped: It came back." in page, "active") == (True, row.state)


def test_address_is_removed_and_the_log_does_not_name_it(client, seat):
    row = Subscription.objects.create(site=seat.site, email="b@example.com")

    client.post(f"{REPORTS}/{row.pk}/remove")

    assert 0 == Subscription.objects.count()
    assert [("deleted", "weekly")] == list(Change.objects.values_list("did", "name"))


def test_viewer_chooses_for_themselves_and_sees_nobody_else(client, seat):
    Subscription.objects.create(site=seat.site, email="b@example.com")
    client.force_login(MemberFactory(team=seat.site.team, role=Role.VIEWER).user)

    client.post(REPORTS, {"rhythm": "weekly"})

    assert "b@example.com" not in client.get(REPORTS).content.decode()
    assert 2 == Subscription.objects.count()


@pytest.mark.parametrize("which", [0, 1], ids=["site", "team"])
def test_preview_has_the_real_figures(client, seat, which):
    address, _ = places(seat)[which]
    for day in (2, 3, 9):
        EventFactory(site=seat.site, time=datetime(2026, 3, day, 12, tzinfo=UTC))

    page = client.get(f"{address}/preview").content.decode()
    mail = client.get(f"{address}/preview/mail").content.decode()

    assert "2 visitors, 2–8 Mar 2026" in page
    assert ("2–8 Mar 2026" in mail, 'src="data:image/png;base64,' in mail) == (True, True)
    assert "unsubscribe" not in mail


def test_preview_of_a_month(client, seat):
    page = client.get(f"{REPORTS}/preview?rhythm=monthly").content.decode()

    assert "Monthly report of shop.example, 1–28 Feb 2026" in page


def test_team_without_sites_has_nothing_to_look_at(client):
    member = MemberFactory()
    client.force_login(member.user)

    page = client.get(f"/teams/{member.team.pk}/reports/preview").content.decode()

    assert "There is no site to report on yet." in page


def test_one_is_sent_at_once_to_who_asks_and_the_next_one_comes_all_the_same(client, seat):
    Subscription.objects.create(site=seat.site, email="b@example.com", confirmed_at=NOW)

    client.post(f"{REPORTS}/send", {"rhythm": "weekly"})

    [mail] = delivered()
    assert ([seat.user.email], None) == (mail.to, mail.message()["List-Unsubscribe"])


def unsubscribe_link() -> str:
    return path_of(tokens.unsubscribe_link(Subscription.objects.get().pk))


def test_mail_program_ends_a_report_with_one_request(client, seat):
    client.post(REPORTS, {"rhythm": "weekly"})
    program, link = Client(enforce_csrf_checks=True), unsubscribe_link()

    statuses = [program.post(link, {"List-Unsubscribe": "One-Click"}).status_code for _ in range(2)]

    assert ([200, 200], 0) == (statuses, Subscription.objects.count())
    ended = Change.objects.filter(did="ended").values_list("by", "whose", "name")
    assert [(seat.user.pk, seat.user.pk, "weekly")] == list(ended)


def test_program_that_only_looks_at_the_link_ends_nothing(client, seat):
    client.post(REPORTS, {"rhythm": "weekly"})

    page = Client().get(unsubscribe_link()).content.decode()

    assert ("You get the weekly report of shop.example" in page, 1) == (
        True,
        Subscription.objects.count(),
    )


@pytest.mark.parametrize("token", ["", "1", "1:made-up", "x:y"])
def test_link_that_somebody_made_up_ends_nothing(client, seat, token):
    client.post(REPORTS, {"rhythm": "weekly"})

    answer = Client().post(f"/reports/unsubscribe?token={token}")

    assert (404, 1) == (answer.status_code, Subscription.objects.count())


def test_link_of_one_report_ends_no_other(client, seat):
    client.post(REPORTS, {"rhythm": "weekly"})
    link = unsubscribe_link()
    Subscription.objects.create(site=SiteFactory(), email="b@example.com")

    Client().post(link)

    assert ["b@example.com"] == [row.email for row in Subscription.objects.all()]


def test_no_address_is_added_where_no_mail_could_ask_it(client, seat, settings):
    settings.SENDS_MAIL = False

    page = client.post(f"{REPORTS}/add", BOARD, follow=True).content.decode()

    assert not Subscription.objects.exists()
    assert "This server sends no mail: its owner has to set EMAIL_URL." in page
    assert "A mail asks that address" not in page
