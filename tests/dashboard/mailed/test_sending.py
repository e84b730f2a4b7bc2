"""Reports that are due, and how they read."""

from base64 import b64decode
from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from PIL import Image

from dashboard.mailed import sending
from dashboard.mailed.sending import send_due
from realtime.models import OutgoingMail
from realtime.subscriptions.models import SentReport, Subscription
from tests.factories import (
    EventFactory,
    GuestFactory,
    MemberFactory,
    SeatFactory,
    SiteFactory,
    UserFactory,
)
from tests.mail import delivered
from tracking.models import Goal, Member

pytestmark = pytest.mark.django_db

# A Monday, at eight.
NOW = datetime(2026, 3, 9, 8, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def subscribe(**fields: object) -> Subscription:
    return Subscription.objects.create(since=LONG_AGO, confirmed_at=LONG_AGO, **fields)


def seat():
    return SeatFactory(site__domain="shop.example")


def visits(site, *days: int) -> None:
    """One visit on each of those days of March, of a visitor of its own, to /beans."""
    for day in days:
        EventFactory(
            site=site,
            time=datetime(2026, 3, day, 12, tzinfo=UTC),
            path="/beans",
            source="News",
            country="DE",
        )


def test_report_tells_what_the_report_page_does():
    found = seat()
    visits(found.site, 2, 2, 3)
    EventFactory(site=found.site, time=datetime(2026, 2, 24, 12, tzinfo=UTC))
    Goal.objects.create(site=found.site, page_path="/beans", display_name="Beans")
    subscribe(site=found.site, user=found.user)

    assert 1 == send_due(NOW)

    [mail] = delivered()
    text = str(mail.body)
    assert ([found.user.email], "shop.example: 3 visitors, 2–8 Mar 2026") == (mail.to, mail.subject)
    wanted = [
        "Weekly report of shop.example, 2–8 Mar 2026",
        "Visitors: 3 (up 200%)",
        "Pageviews: 3 (up 200%)",
        "2 Mar: 2, 3 Mar: 1, 4 Mar: 0",
        "Pages, by visitors\n- /beans: 3 (100%)",
        "Sources, by visitors\n- News: 3 (100%)",
        "Countries, by visitors\n- Germany: 3 (100%)",
        "Goals, by visitors\n- Beans: 3 (100%)",
        "/sites/shop.example/?from=2026-03-02&to=2026-03-08",
    ]
    assert [] == [each for each in wanted if each not in text]
    html = str(mail.alternatives[0].content)
    assert [] == [each for each in ("/beans", "News", "Germany", "200%") if each not in html]


def test_report_has_a_picture_and_a_way_out_that_mail_programs_know():
    found = seat()
    visits(found.site, 2)
    row = subscribe(site=found.site, user=found.user)

    send_due(NOW)

    [mail] = delivered()
    message = mail.message()
    link = message["List-Unsubscribe"]
    assert (True, "List-Unsubscribe=One-Click") == (
        link.startswith("<http") and "/reports/unsubscribe?token=" in link,
        message["List-Unsubscribe-Post"],
    )
    assert f"<report.{row.pk}." in message["Message-ID"]
    [part] = [each for each in message.walk() if each.get_content_type() == "image/png"]
    assert ("<chart>", "multipart/related") == (part["Content-ID"], message.get_content_type())
    image = Image.open(BytesIO(part.get_payload(decode=True)))
    assert (1104, 512) == image.size
    assert 'src="cid:chart"' in str(mail.alternatives[0].content)


def test_report_of_nothing_is_a_report():
    found = seat()
    subscribe(site=found.site, user=found.user)

    send_due(NOW)

    [mail] = delivered()
    assert "Visitors: 0" in str(mail.body)


def test_month_is_compared_with_the_month_before():
    found = seat()
    for day in (5, 6):
        EventFactory(site=found.site, time=datetime(2026, 2, day, 12, tzinfo=UTC))
    EventFactory(site=found.site, time=datetime(2026, 1, 1, 12, tzinfo=UTC))
    subscribe(site=found.site, user=found.user, rhythm="monthly")

    send_due(NOW)

    [mail] = delivered()
    assert "Visitors: 2 (up 100%)" in str(mail.body)


def test_team_gets_all_its_sites_in_one_mail():
    found = seat()
    second = SiteFactory(domain="blog.example", team=found.site.team)
    SiteFactory(domain="elsewhere.example")
    visits(found.site, 2, 3)
    visits(second, 4)
    subscribe(team=found.site.team, user=found.user)

    send_due(NOW)

    [mail] = delivered()
    text = str(mail.body)
    assert "All sites together: 3 visitors, 3 visits, 3 pageviews." in text
    assert "- shop.example: 2, 2 pageviews, most on /beans, most from News" in text
    assert text.index("- shop.example: 2") < text.index("- blog.example: 1")
    assert ("2 Mar: 1, 3 Mar: 1, 4 Mar: 1" in text, "elsewhere" in text) == (True, False)


def test_each_period_is_sent_once_whoever_looks_and_how_often():
    found = seat()
    row = subscribe(site=found.site, user=found.user)

    counts = [send_due(NOW + timedelta(hours=hours)) for hours in (0, 0, 1, -2, 3, 24, 24 * 7)]

    assert [1, 0, 0, 0, 0, 0, 1] == counts
    assert 2 == SentReport.objects.filter(subscription=row).count() == len(delivered())


def test_worker_that_finds_the_period_sent_meanwhile_sends_nothing(monkeypatch):
    found = seat()
    subscribe(site=found.site, user=found.user)
    written = sending.written

    def slowly(*given):
        letter = written(*given)
        monkeypatch.setattr(sending, "written", written)
        assert 1 == send_due(NOW)
        return letter

    monkeypatch.setattr(sending, "written", slowly)

    assert 0 == send_due(NOW)
    assert 1 == len(delivered())


def test_worker_that_dies_before_the_commit_leaves_nothing_and_the_next_one_sends_it(monkeypatch):
    found = seat()
    subscribe(site=found.site, user=found.user)

    def dies(*_given):
        raise SystemExit

    with monkeypatch.context() as broken:
        broken.setattr(sending.outbox, "keep", dies)
        with pytest.raises(SystemExit):
            send_due(NOW)
    left = (SentReport.objects.count(), OutgoingMail.objects.count())

    assert ((0, 0), 1) == (left, send_due(NOW))


def test_report_that_fails_keeps_no_other(monkeypatch):
    first, second = seat(), SeatFactory()
    subscribe(site=first.site, user=first.user)
    subscribe(site=second.site, user=second.user)
    written = sending.written

    def fails(report, *given):
        if report.place == first.site:
            raise ValueError
        return written(report, *given)

    monkeypatch.setattr(sending, "written", fails)

    assert 1 == send_due(NOW)
    assert [[second.user.email]] == [mail.to for mail in delivered()]


def test_after_a_long_absence_only_the_newest_period_is_sent():
    found = seat()
    row = subscribe(site=found.site, user=found.user)
    send_due(NOW)

    send_due(NOW + timedelta(days=30))

    days = row.sent.values_list("first_day", flat=True)
    assert ["2026-03-02", "2026-03-30"] == [str(day) for day in days]


def withdrawn(found, row: Subscription) -> None:
    Member.objects.filter(user=found.user).delete()


def closed(found, row: Subscription) -> None:
    found.user.is_active = False
    found.user.save()


def paused(found, row: Subscription) -> None:
    Subscription.objects.filter(pk=row.pk).update(paused_because="It came back.")


def unconfirmed(found, row: Subscription) -> None:
    Subscription.objects.filter(pk=row.pk).update(confirmed_at=None)


@pytest.mark.parametrize("change", [withdrawn, closed, paused, unconfirmed])
@pytest.mark.parametrize("whose", ["site", "team"])
def test_who_may_not_have_it_gets_none(change, whose):
    found = seat()
    place = {"site": found.site} if whose == "site" else {"team": found.site.team}
    row = subscribe(user=found.user, **place)
    change(found, row)

    assert ([], 0) == (delivered(), send_due(NOW))


def removed(found, row: Subscription) -> None:
    row.delete()


@pytest.mark.parametrize("change", [paused, removed])
def test_report_that_ends_while_it_is_written_is_not_sent(monkeypatch, change):
    found = seat()
    row = subscribe(site=found.site, user=found.user)
    written = sending.written

    def slowly(*given):
        change(found, row)
        return written(*given)

    monkeypatch.setattr(sending, "written", slowly)

    assert (0, []) == (send_due(NOW), delivered())


def test_guest_of_a_site_gets_no_report_of_its_team():
    found = seat()
    guest = GuestFactory(site=found.site).user
    subscribe(team=found.site.team, user=guest)

    assert (0, []) == (send_due(NOW), delivered())


def test_team_report_has_only_what_its_reader_sees():
    found = seat()
    reader = MemberFactory(team=found.site.team, role="viewer").user
    MemberFactory(user=UserFactory())
    subscribe(team=found.site.team, user=reader)

    assert 1 == send_due(NOW)


def test_address_without_an_account_gets_no_link_to_our_pages():
    found = seat()
    subscribe(site=found.site, email="board@example.com")

    send_due(NOW)

    [mail] = delivered()
    body = str(mail.body) + str(mail.alternatives[0].content)
    assert (["board@example.com"], False) == (mail.to, "/sites/shop.example" in body)


def test_server_without_mail_sends_none(settings):
    settings.SENDS_MAIL = False
    found = seat()
    subscribe(site=found.site, user=found.user)

    assert (0, 0) == (send_due(NOW), SentReport.objects.count())


def test_picture_is_clear_behind_the_line():
    found = seat()
    visits(found.site, 2, 3, 3, 4)
    subscribe(site=found.site, user=found.user)
    send_due(NOW)
    [mail] = delivered()

    [picture] = [part for part in mail.message().walk() if part.get_content_type() == "image/png"]
    image = Image.open(BytesIO(b64decode(picture.get_payload()))).convert("RGBA")

    assert 0 == image.getpixel((1000, 20))[3]
