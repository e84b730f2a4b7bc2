"""Every page of the administration opens, asks no more for more rows, and counts no big table.

What has a row of each table is deleted with all of them.
"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection, models
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from dashboard.accounts.models import SetupLink, User
from realtime.mail.models import OutgoingMail
from realtime.out.models import AlertReader, Crossing, Delivery, Occurrence, Threshold, Webhook
from realtime.subscriptions.models import SentReport, Subscription
from tests.factories import EventFactory, GuestFactory, SeatFactory, UserFactory
from tracking import audit
from tracking.audit import Did, What
from tracking.models import (
    Annotation,
    ApiKey,
    EventLog,
    ExchangeRate,
    FileSalt,
    Funnel,
    Generation,
    Goal,
    Import,
    ImportedRecords,
    ImportKey,
    InboxHit,
    Invitation,
    LedgerEntry,
    OwnIdKey,
    Purge,
    QuarantinedHit,
    RefusalCount,
    Renaming,
    ReopenedVisit,
    Salt,
    SealedSegment,
    SealedShare,
    Segment,
    SharedLink,
    Site,
    SiteAlias,
    SitePlace,
    TaskRun,
    Team,
    Totals,
    TotalsChunk,
    TotalsTable,
    VisitorKey,
    WallLink,
    Watch,
)

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
PACKAGES = ("tracking.", "realtime.", "dashboard.")
MODELS = [model for model in admin.site._registry if model.__module__.startswith(PACKAGES)]
each_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
# Shown on the page of the site.
INSIDE_OTHERS = [SiteAlias]
BIG = "tracking_(event|inboxhit|ledgerentry|quarantinedhit|refusalcount)|realtime_delivery"
# A count that reads the whole table has no limit inside.
WHOLE_COUNT = re.compile(rf'SELECT COUNT\(\*\) AS "\w+" FROM "({BIG})"')  # noqa: S608


def furnish(number: int) -> None:
    """A row of each table."""
    seat = SeatFactory()
    site, person = seat.site, seat.user
    day = NOW + timedelta(days=number)
    GuestFactory(site=site)
    EventFactory(site=site)
    SiteAlias.objects.create(site=site, name=f"alias{number}")
    SitePlace.objects.create(site=site, user=person)
    Annotation.objects.create(site=site, time=NOW, text="Release", created_by=person)
    Goal.objects.create(site=site, display_name="Signup", event_name="Signup")
    ExchangeRate.objects.create(site=site, currency="USD", into="EUR", day=day, rate="0.9")
    Segment.objects.create(site=site, owner=person, name="Mine", filters=[])
    SharedLink.objects.create(site=site, name="Press", created_by=person)
    WallLink.objects.create(owner=person, name="Kitchen")
    Watch.objects.create(site=site, until=NOW)
    Import.objects.create(site=site, file_name="a.csv")
    ImportKey.objects.create(site=site, key="key")
    Funnel.objects.create(site=site, name="Buying", steps=[{"page": "/"}, {"page": "/bought"}])
    FileSalt.objects.create(site=site, day=NOW, key=b"k" * 32)
    job = Import.objects.create(site=site, file_name="b.csv")
    ImportedRecords.objects.create(job=job, hashes=b"h" * 8)
    totals = Totals.objects.create(job=job, site=site, service="Plausible")
    table = TotalsTable.objects.create(
        totals=totals, name="pages", token=f"token{number}", first=NOW, last=NOW
    )
    TotalsChunk.objects.create(table=table, number=1, data=b"d")
    OwnIdKey.objects.get_or_create(site=site, defaults={"key": b"k" * 32})
    VisitorKey.objects.create(site=site, first=date(2026, 1, 1), last=NOW, key=b"k" * 32)
    Purge.objects.create(site=site, before=NOW)
    Renaming.objects.create(site=site)
    ApiKey.issue(person, site=site)
    Invitation.issue(NOW, kind=Invitation.Kind.GUEST, site=site, made_by=person)
    SetupLink.objects.create(key_hash=SetupLink.hash(f"key{number}"))
    InboxHit.objects.create(site_id=site.pk, payload="{}")
    LedgerEntry.objects.create(site_id=site.pk, hit_id="one", accepted_at=NOW)
    QuarantinedHit.objects.create(site_id=site.pk, payload="no", error="ValueError")
    RefusalCount.objects.create(site_id=site.pk, day=NOW, reason="bot", count=3)
    Salt.objects.create(day=day.date(), key=b"k" * 32)
    TaskRun.objects.create(name=f"task{number}", ran_at=NOW)
    Generation.objects.get_or_create(name=f"name{number}")
    EventLog.objects.get_or_create(pk=number)
    segment = SealedSegment.objects.create(
        name=f"segment{number}", day=NOW, last_day=NOW, moved_at=1, sealed_at=NOW, size=1
    )
    SealedShare.objects.create(
        segment=segment,
        site_id=site.pk,
        first_time=NOW,
        last_time=NOW,
        last_id=1,
        events=1,
        visits=1,
    )
    ReopenedVisit.objects.create(segment=segment, site_id=site.pk, visit=number, visitor=1)
    hook = Webhook.objects.create(site=site, url="https://example.com/hook")
    Delivery.objects.create(
        webhook=hook, event_id="1", kind="visit", payload="{}", created_at=NOW, next_at=NOW
    )
    threshold = Threshold.objects.create(site=site, limit=5)
    AlertReader.objects.create(threshold=threshold, user=person)
    Occurrence.objects.create(threshold=threshold, value=6, limit=5, opened_at=NOW)
    subscription = Subscription.objects.create(site=site, user=person)
    SentReport.objects.create(subscription=subscription, first_day=NOW, last_day=NOW, sent_at=NOW)
    Crossing.objects.create(
        id=number,
        site=site,
        time=NOW,
        threshold=threshold.name,
        figure="online",
        direction="above",
        limit=5,
        minutes=1,
        value=6,
    )
    OutgoingMail.objects.create(name="invitation", letter="sealed", created_at=NOW, next_at=NOW)
    audit.record(Did.ADDED, What.GOAL, "Signup", by=person, site=site, team=site.team)


@pytest.fixture
def admin_client(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def url(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def asked(client, address: str, **query: str) -> list[str]:
    """The queries of a page that opens."""
    with CaptureQueriesContext(connection) as queries:
        assert 200 == client.get(address, query).status_code
    return [each["sql"] for each in queries]


def test_every_table_has_pages_or_is_shown_on_another_s():
    ours = [model for model in apps.get_models() if model.__module__.startswith(PACKAGES)]

    assert INSIDE_OTHERS == [model for model in ours if model not in admin.site._registry]


def test_the_index_opens(admin_client):
    assert 200 == admin_client.get("/admin/").status_code


@each_model
def test_a_list_asks_no_more_for_more_rows_and_counts_no_big_table(admin_client, model):
    for number in (1, 2):
        furnish(number)
    few = asked(admin_client, url(model, "changelist"))
    for number in (3, 4):
        furnish(number)

    many = asked(admin_client, url(model, "changelist"))

    assert model.objects.count() >= 4
    assert len(few) == len(many)
    assert [] == [sql for sql in many if WHOLE_COUNT.match(sql)]


@each_model
def test_a_list_is_searched(admin_client, model):
    furnish(1)

    found = asked(admin_client, url(model, "changelist"), q="1")

    assert [] == [sql for sql in found if WHOLE_COUNT.match(sql)]


@each_model
def test_the_page_of_a_row_opens_and_that_of_a_new_one_where_there_is_one(admin_client, model):
    furnish(1)
    request = admin_client.get("/admin/").wsgi_request
    may_add = admin.site._registry[model].has_add_permission(request)

    pages = [
        admin_client.get(url(model, "change", model.objects.first().pk)).status_code,
        admin_client.get(url(model, "add")).status_code,
    ]

    assert [200, 200 if may_add else 403] == pages


@pytest.mark.parametrize("model", [Site, Team, User], ids=lambda model: model.__name__)
def test_what_has_rows_that_the_server_keeps_is_deleted_with_them(admin_client, model):
    furnish(1)
    place = SitePlace.objects.get()
    row = {Site: place.site, Team: place.site.team, User: place.user}[model]

    answer = admin_client.post(url(model, "delete", row.pk), {"post": "yes"})

    assert (302, False, False) == (
        answer.status_code,
        model.objects.filter(pk=row.pk).exists(),
        SitePlace.objects.exists(),
    )


def test_what_people_made_goes_along_only_by_whose_right_that_is(client):
    person = UserFactory(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="delete_site"))
    client.force_login(person)
    kept, gone = SeatFactory(), SeatFactory()
    for seat in (kept, gone):
        SitePlace.objects.create(site=seat.site, user=seat.user)
    SharedLink.objects.create(site=kept.site, name="Press", created_by=kept.user)

    answers = [
        client.post(url(Site, "delete", seat.site.pk), {"post": "yes"}).status_code
        for seat in (kept, gone)
    ]

    assert ([403, 302], [kept.site]) == (answers, list(Site.objects.all()))
