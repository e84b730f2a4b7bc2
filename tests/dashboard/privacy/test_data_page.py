"""The page that says what is kept: it names everything, and follows choices and settings."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import connection

from dashboard.privacy import lifetimes, notice
from dashboard.privacy.facts import KEPT, sections
from dashboard.privacy.section import Row, Section
from realtime.out import deliveries
from tests.factories import SeatFactory, SiteFactory, UserFactory
from tests.realtime.out.hooks import make_hook
from tracking.ingest.hit import WaitingHit
from tracking.models import Event, FileSalts, ImportKey, Role, Site, VisitorKey
from tracking.warehouse.schema import EVENTS, VISITS

pytestmark = pytest.mark.django_db

# Made of other columns when a visit is sealed.
DERIVED = {
    *("bot", "single", "first_time", "last_time", "duration", "pageviews", "bounced"),
    *("entry_page", "exit_page", "entry_hostname", "exit_hostname"),
}


def told(site: Site) -> dict[str, str]:
    """The page's sentences by what they are about."""
    return {row.name: row.words for section in sections(site) for row in section.rows}


def test_page_names_every_field_of_a_stored_event_once():
    named = sorted(column for kept in KEPT for column in kept.columns)

    assert sorted(field.name for field in Event._meta.get_fields()) == named


def test_page_names_every_column_of_the_sealed_files():
    named = {column for kept in KEPT for column in kept.columns}

    assert set() == ({*EVENTS, *VISITS} - named) - DERIVED


def test_page_names_everything_that_a_waiting_hit_holds():
    named = {column for kept in KEPT for column in kept.columns} | set(lifetimes.WAITING)

    assert set() == set(WaitingHit.__struct_fields__) - named
    words = told(SiteFactory())["Hits on their way"]
    assert [] == [each for each in lifetimes.WAITING.values() if each not in words]


@pytest.mark.parametrize(
    ("choice", "about", "words"),
    [
        ({}, "Visitor", "is another each day (UTC)"),
        ({"visitor_days": 7}, "Visitor", "another every 7 days"),
        ({"own_ids": True}, "Visitor", "under a key that stays"),
        ({}, "Visitor", "takes the place of address and agent"),
        ({}, "Place", "Country, region and city"),
        ({"place_precision": "region"}, "Place", "not the city"),
        ({"place_precision": "country"}, "Place", "neither region nor city"),
        ({"place_precision": "none"}, "Place", "Not kept."),
        ({}, "Page", "without the query string"),
        ({"query_parameters": "q\nid"}, "Page", "with these parameters alone: q, id"),
        ({"query_rule": "keep"}, "Page", "with the query string."),
        ({"query_rule": "keep", "query_parameters": "q"}, "Page", "but for: q"),
        ({}, "Signals of browsers", "is not counted"),
        ({"honour_opt_out": False}, "Signals of browsers", "change nothing"),
        ({}, "Visits and events", "Until the site is deleted"),
        ({"retention_days": 1}, "Visits and events", "1 day,"),
        ({"privacy_contact": "a@b.example"}, "E-mail", "a@b.example"),
        ({"domain": "north.example"}, "The site", "north.example"),
        ({"visitor_days": 7}, "Key of several days", "48 hours"),
        ({"own_ids": True}, "Key of the site's own ids", "As long as"),
    ],
)
def test_page_follows_the_choices_of_the_site(choice, about, words):
    assert words in told(SiteFactory(**choice))[about]


@pytest.mark.parametrize(
    ("days_before", "chosen", "told_since"),
    [(1, 1, True), (7, 7, True), (6, 7, False), (0, 1, False)],
    ids=["to a day", "to a week", "no longer than chosen", "of today alone"],
)
def test_page_says_who_is_still_known_until_a_shorter_choice_holds(
    time_machine, days_before, chosen, told_since
):
    time_machine.move_to(datetime(2026, 5, 14, 12, tzinfo=UTC), tick=False)
    today = date(2026, 5, 14)
    site = SiteFactory(visitor_days=chosen)
    first = today - timedelta(days=days_before)
    VisitorKey.objects.create(site=site, first=first, last=today, key=b"k" * 32)

    since = f"Until the next midnight (UTC) a visitor is still known again since {first.day} May"
    assert told_since == (since in told(site)["Visitor"])


def test_page_names_the_key_of_imported_visitors_where_there_is_one():
    site = SiteFactory()
    before = told(site)

    ImportKey.of(site)

    after = told(Site.objects.get())
    assert (None, True, False, True) == (
        before.get("Key of imported visitors"),
        "As long as" in after["Key of imported visitors"],
        "imported file" in before["Visitor"],
        "a key that stays" in after["Visitor"],
    )


def test_page_names_the_key_of_a_log_while_it_is_there():
    site = SiteFactory()
    before = told(site)

    FileSalts(site).key(date(2026, 5, 4))

    name = "Key of addresses in an access log"
    assert (None, "Deleted within 48 hours of the import.") == (
        before.get(name),
        told(site).get(name),
    )


@pytest.mark.parametrize(
    ("vendor", "warehouse", "words"),
    [
        ("sqlite", "", "in no file within 2 hours."),
        (
            "postgresql",
            "",
            "in no file of this server's own within 2 hours. "
            "PostgreSQL writes over it when it uses the space in its files again.",
        ),
        (
            "sqlite",
            "clickhouse://localhost",
            "in no file of this server's own within 2 hours. "
            "ClickHouse deletes the files that it replaced some minutes later.",
        ),
    ],
    ids=["SQLite", "PostgreSQL", "ClickHouse"],
)
def test_page_says_of_each_database_when_its_files_hold_no_more(
    monkeypatch, settings, vendor, warehouse, words
):
    site = SiteFactory()
    monkeypatch.setattr(connection, "vendor", vendor)
    settings.WAREHOUSE = warehouse

    assert lifetimes.events(site).endswith(words)


def test_page_says_that_hits_may_wait_before_the_server_and_what_they_hold():
    words = told(SiteFactory())["Hits on their way"]

    assert "to a file, with user agents and the site's own ids, without IP addresses" in words


def test_page_follows_the_settings_of_the_server(settings):
    settings.RETENTION_DAYS, settings.AUDIT_DAYS, settings.SENTRY_DSN = 45, 12, "https://k@s/1"

    page = told(SiteFactory(retention_days=60))

    assert page["Visits and events"].startswith("45 days,")
    assert ("12 days" in page["Log of changes"], "Reports of errors" in page) == (True, True)


@pytest.mark.parametrize(
    ("constant", "value", "about", "words"),
    [
        ("SALT_DAYS", 3, "Key of the day", "72 hours"),
        ("LEDGER_DAYS", 9, "Numbers of single hits", "9 days"),
        ("REMEMBER_SECONDS", 600, "Who is here now", "10 minutes"),
        ("HOURLY", timedelta(hours=3), "Visits and events", "6 hours"),
    ],
)
def test_page_follows_the_constants_of_the_code(monkeypatch, constant, value, about, words):
    monkeypatch.setattr(lifetimes, constant, value)

    assert words in told(SiteFactory())[about]


def test_log_of_webhooks_is_named_where_there_is_one(monkeypatch):
    monkeypatch.setattr(deliveries, "KEPT", timedelta(days=3))
    named = [
        told(site).get("Messages to other services") for site in (SiteFactory(), make_hook().site)
    ]

    assert (None, True) == (named[0], "3 days" in named[1])


def test_no_page_claims_that_consent_is_not_needed():
    assert "consent" not in str(sections(SiteFactory())).lower()


def status(client: Any, domain: str) -> int:
    return client.get(f"/privacy/{domain}").status_code


@pytest.mark.parametrize("published", [True, False])
@pytest.mark.parametrize(
    "role",
    [None, Role.VIEWER, Role.OWNER],
    ids=["outsider", "viewer", "owner"],
)
def test_data_page_is_the_members_until_it_is_published(client, role, published):
    site = SiteFactory(domain="northpeak.example", privacy_published=published)
    user = UserFactory()
    if role:
        SeatFactory(site=site, user=user, role=role)
    client.force_login(user)

    assert (200 if published or role else 404) == status(client, "www.northpeak.example")


@pytest.mark.parametrize("published", [True, False])
def test_anonymous_visitor_reads_what_is_published_and_no_more(client, published):
    SiteFactory(domain="northpeak.example", privacy_published=published)

    response = client.get("/privacy/northpeak.example")

    assert (200 if published else 404) == response.status_code
    assert "own privacy notice" not in response.content.decode()
    assert 404 == status(client, "nowhere.example")


SECTION = Section(
    "What <is> kept",
    "All_of_it.",
    (Row("Page", "with *q* & <b>"), Row("A page", "Here", "https://stats.example.com/opt-out/a")),
)


def test_notice_in_markdown_keeps_signs_as_they_are():
    assert (
        "## What \\<is\\> kept\n\nAll\\_of\\_it.\n\n- **Page**: with \\*q\\* & \\<b\\>\n"
        "- **A page**: [Here](<https://stats.example.com/opt-out/a>)\n"
    ) == notice.markdown([SECTION])


def test_notice_in_html_is_escaped():
    assert (
        "<h2>What &lt;is&gt; kept</h2>\n<p>All_of_it.</p>\n<ul>\n"
        "<li><strong>Page</strong>: with *q* &amp; &lt;b&gt;</li>\n"
        '<li><strong>A page</strong>: <a href="https://stats.example.com/opt-out/a">Here</a></li>\n'
        "</ul>"
    ) == notice.html([SECTION])
