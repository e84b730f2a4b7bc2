"""The admin: every table has a page, and what only the server writes stays as it is."""

import pytest
from django.contrib import admin
from django.core.paginator import Paginator
from django.db import models
from django.urls import reverse
from django.utils import timezone

from dashboard.accounts.models import SetupLink, User
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.admin.base import BoundedPaginator
from tracking.backlog import Backlog
from tracking.models import (
    ApiKey,
    Change,
    Event,
    EventLog,
    Generation,
    Import,
    ImportKey,
    InboxHit,
    LedgerEntry,
    Purge,
    QuarantinedHit,
    RefusalCount,
    Renaming,
    ReopenedVisit,
    Salt,
    SealedSegment,
    SealedShare,
    TaskRun,
    Watch,
)

pytestmark = pytest.mark.django_db

OURS = [model for model in admin.site._registry if model.__module__.startswith(("tr", "da"))]
WRITTEN_BY_THE_SERVER = [
    Event,
    EventLog,
    Generation,
    Import,
    ImportKey,
    InboxHit,
    LedgerEntry,
    Purge,
    RefusalCount,
    Renaming,
    ReopenedVisit,
    Salt,
    SealedSegment,
    SealedShare,
    TaskRun,
    Watch,
]


@pytest.fixture
def admin_client(client):
    client.force_login(UserFactory(is_staff=True, is_superuser=True))
    return client


def url(model: type[models.Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def rows() -> dict[type[models.Model], models.Model]:
    """A row of each table that the server writes or hides something of."""
    membership = SeatFactory()
    site_id, now = membership.site.pk, timezone.now()
    segment = SealedSegment.objects.create(
        name="a", day=now, last_day=now, moved_at=1, sealed_at=now, size=1
    )
    return {
        Event: EventFactory(site=membership.site),
        EventLog: EventLog.objects.get_or_create(pk=1)[0],
        Generation: Generation.objects.get_or_create(name=Generation.RULES)[0],
        Import: Import.objects.create(site=membership.site, file_name="a.csv"),
        ImportKey: ImportKey.objects.create(site=membership.site, key="the-secret-of-a-site"),
        InboxHit: InboxHit.objects.create(site_id=site_id, payload='{"path": "/a"}'),
        LedgerEntry: LedgerEntry.objects.create(site_id=site_id, hit_id="one", accepted_at=now),
        Purge: Purge.objects.create(site=membership.site, before=now),
        RefusalCount: RefusalCount.objects.create(site_id=0, day=now, reason="bot", count=3),
        Renaming: Renaming.objects.create(site=membership.site),
        SealedSegment: segment,
        SealedShare: SealedShare.objects.create(
            segment=segment,
            site_id=site_id,
            first_time=now,
            last_time=now,
            last_id=1,
            events=1,
            visits=1,
        ),
        ReopenedVisit: ReopenedVisit.objects.create(
            segment=segment, site_id=site_id, visit=1, visitor=1
        ),
        Salt: Salt.objects.create(day=now.date(), key=b"the-secret-of-a-day-is-32-bytes!"),
        Watch: Watch.objects.create(site=membership.site, until=now),
        TaskRun: TaskRun.objects.create(name="salts", ran_at=now),
        QuarantinedHit: QuarantinedHit.objects.create(
            site_id=site_id, payload="no JSON", error="ValueError: no"
        ),
        ApiKey: ApiKey.issue(membership.user)[0],
        SetupLink: SetupLink.objects.create(key_hash=SetupLink.hash("key")),
    }


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_table_can_be_looked_through_and_searched(admin_client, model):
    rows()

    assert 200 == admin_client.get(url(model, "changelist"), {"q": "a"}).status_code


@pytest.mark.parametrize("model", WRITTEN_BY_THE_SERVER, ids=lambda model: model.__name__)
def test_row_of_the_server_can_only_be_looked_at(admin_client, model):
    row = rows()[model]

    answers = [
        admin_client.get(url(model, "change", row.pk)).status_code,
        admin_client.post(url(model, "change", row.pk), {}).status_code,
        admin_client.get(url(model, "add")).status_code,
        admin_client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code,
    ]

    assert [200, 403, 403, 403] == answers


@pytest.mark.parametrize("model", [ApiKey, SetupLink, QuarantinedHit])
def test_row_can_be_deleted_but_neither_made_nor_changed(admin_client, model):
    row = rows()[model]

    answers = [
        admin_client.post(url(model, "change", row.pk), {}).status_code,
        admin_client.get(url(model, "add")).status_code,
        admin_client.post(url(model, "delete", row.pk), {"post": "yes"}).status_code,
    ]

    assert ([403, 403, 302], False) == (answers, model.objects.filter(pk=row.pk).exists())


@pytest.mark.parametrize(
    ("model", "secret"),
    [
        (Salt, lambda row: bytes(row.key).decode()),
        (ImportKey, lambda row: row.key),
        (ApiKey, lambda row: row.key_hash),
        (SetupLink, lambda row: row.key_hash),
    ],
    ids=["salt", "import key", "API key", "set-up link"],
)
def test_secret_is_on_no_page(admin_client, model, secret):
    row = rows()[model]

    pages = [
        admin_client.get(url(model, "changelist")).content.decode(),
        admin_client.get(url(model, "change", row.pk)).content.decode(),
    ]

    assert [False, False] == [secret(row) in page for page in pages]


def test_quarantined_hits_are_replayed(admin_client):
    row = rows()[QuarantinedHit]
    data = {"action": "replay", "_selected_action": [row.pk]}

    page = admin_client.post(url(QuarantinedHit, "changelist"), data, follow=True)

    assert "Back in the inbox: 1." in page.content.decode()
    assert (False, True) == (
        QuarantinedHit.objects.exists(),
        InboxHit.objects.filter(payload="no JSON").exists(),
    )


def test_hits_that_are_replayed_are_recorded_at_their_sites(admin_client):
    site, gone = SiteFactory(domain="site.example"), 999_999
    hits = [
        QuarantinedHit.objects.create(site_id=pk, payload="no", error="ValueError").pk
        for pk in (site.pk, site.pk, gone)
    ]

    admin_client.post(
        url(QuarantinedHit, "changelist"), {"action": "replay", "_selected_action": hits}
    )

    fields = ("did", "what", "site", "domain", "means", "details")
    assert {
        ("replayed", "hits", site.pk, "site.example", "admin", "{'hits': '2'}"),
        ("replayed", "hits", None, "", "admin", "{'hits': '1'}"),
    } == {(*row[:-1], str(row[-1])) for row in Change.objects.values_list(*fields)}


def test_list_names_the_site_of_a_row(admin_client):
    membership = SeatFactory()
    EventFactory(site=membership.site)

    page = admin_client.get(url(Event, "changelist")).content.decode()

    assert f'<td class="field-domain">{membership.site.domain}</td>' in page


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({"kind": "pageview"}, ["pageview"]),
        ({"kind": "custom"}, ["Signup"]),
        ({"site": "0"}, []),
    ],
    ids=["pageviews", "custom events", "another site"],
)
def test_events_are_filtered(admin_client, query, expected):
    site = SeatFactory().site
    EventFactory(site=site)
    EventFactory(site=site, name="Signup")

    response = admin_client.get(url(Event, "changelist"), query)

    assert expected == [event.name for event in response.context["cl"].result_list]


def test_person_is_made_with_an_address_and_a_password(admin_client):
    data = {
        "email": "New@example.com",
        "usable_password": "true",
        "password1": "quiet-harbour-91",
        "password2": "quiet-harbour-91",
    }

    admin_client.post(url(User, "add"), data)

    assert User.objects.get(email="new@example.com").check_password("quiet-harbour-91")


def test_plain_account_has_no_admin(client):
    client.force_login(UserFactory())

    assert 302 == client.get("/admin/").status_code


def test_counting_ends_at_its_bound(monkeypatch):
    monkeypatch.setattr(BoundedPaginator, "MOST", 2)
    EventFactory.create_batch(3)

    events = Event.objects.order_by("-id")
    assert (2, 3) == (BoundedPaginator(events, 10).count, Paginator(events, 10).count)


def test_the_list_of_waiting_hits_says_how_many_wait_and_how_long(admin_client, monkeypatch):
    now = Backlog(hits=12_345, exact=False, oldest_seconds=61.4, quarantined=2, last_event=0)
    monkeypatch.setattr("tracking.backlog.measure", lambda: now)

    page = admin_client.get(url(InboxHit, "changelist")).content.decode()

    assert "Waiting: about 12345, oldest 61 s. In quarantine: 2" in page
