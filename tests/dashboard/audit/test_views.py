"""The page on which an owner sees who changed what."""

import csv
import io
from datetime import UTC, datetime

import pytest

from dashboard.audit import log
from tests.factories import SeatFactory, UserFactory
from tracking import audit
from tracking.audit import Did, Means, What
from tracking.models import ApiKey, Change

pytestmark = pytest.mark.django_db

ADDRESS = "/sites/site.example/audit"


@pytest.fixture
def site(client):
    membership = SeatFactory(site__domain="site.example", user=UserFactory(email="ada@example.com"))
    client.force_login(membership.user)
    return membership.site


def names(response) -> list[str]:
    return [row.change.name for row in response.context["log"].rows]


def test_a_change_is_told_with_who_means_and_what_each_field_was(client, site):
    audit.record(
        Did.CHANGED,
        What.RULES,
        by=site.team.members.get().user,
        site=site,
        details={"bots": ["drop", "apart"], "honour_opt_out": [True, False], "secret": None},
    )

    [row] = client.get(ADDRESS).context["log"].rows
    page = client.get(ADDRESS).content.decode()

    assert [
        ("Bots", "drop", "apart"),
        ("Honour opt out", "yes", "no"),
        ("Secret", "", ""),
    ] == row.fields
    assert "ada changed the rules for hits" in page
    assert "ada@example.com, in the browser" in page
    assert "<del>drop</del>" in page


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"by": None, "means": Means.COMMAND}, "A command deleted the goal “Signup”"),
        ({"by": None, "means": Means.SERVER}, "The server deleted the goal “Signup”"),
        ({"by": None}, "Somebody deleted the goal “Signup”"),
    ],
    ids=["command", "server", "deleted account"],
)
def test_what_no_person_of_today_did_is_told_by_its_means(client, site, row, sentence):
    audit.record(Did.DELETED, What.GOAL, "Signup", site=site, **row)

    assert sentence in client.get(ADDRESS).content.decode()


def test_a_key_is_named_by_its_first_characters(client, site):
    key, _ = ApiKey.issue(site.team.members.get().user)
    audit.record(Did.ADDED, What.GOAL, "Signup", by=key.user, key=key, site=site)

    assert f"<code>{key.prefix}…</code>" in client.get(ADDRESS).content.decode()


def test_rows_are_chosen_by_what_and_by_whom(client, site):
    ada, bob = site.team.members.get().user, UserFactory()
    audit.record(Did.ADDED, What.NOTE, "hers", by=ada, site=site)
    audit.record(Did.ADDED, What.NOTE, "his", by=bob, site=site)
    audit.record(Did.ADDED, What.GOAL, "goal", by=ada, site=site)

    assert ["goal", "his", "hers"] == names(client.get(ADDRESS))
    assert ["his", "hers"] == names(client.get(ADDRESS, {"what": "note"}))
    assert ["hers"] == names(client.get(ADDRESS, {"what": "note", "who": ada.pk}))


@pytest.mark.parametrize("asked", ["x", "-1", "1" * 30, "\0", "=1"])
def test_what_means_nothing_is_passed_over(client, site, asked):
    audit.record(Did.ADDED, What.NOTE, "hers", by=None, site=site)

    assert ["hers"] == names(client.get(ADDRESS, {"what": asked, "who": asked, "before": asked}))


def test_pages_follow_on_each_other_and_keep_what_was_chosen(client, site, monkeypatch):
    monkeypatch.setattr(log, "SHOWN", 2)
    for number in range(3):
        audit.record(Did.ADDED, What.NOTE, number, by=None, site=site)

    first = client.get(ADDRESS, {"what": "note"})
    second = client.get(f"{ADDRESS}?{first.context['log'].older}")

    assert (["2", "1"], ["0"], "note", "") == (
        names(first),
        names(second),
        second.context["log"].what,
        second.context["log"].older,
    )


def test_neither_another_site_s_nor_another_person_s_own_is_shown(client, site):
    other = SeatFactory()
    audit.record(Did.ADDED, What.NOTE, "theirs", by=None, site=other.site)
    audit.record(Did.ADDED, What.SEGMENT, "his", by=other.user, site=site, whose=other.user)
    me = site.team.members.get().user
    audit.record(Did.ADDED, What.SEGMENT, "mine", by=me, site=site, whose=me)

    assert ["mine"] == names(client.get(ADDRESS))


def test_htmx_gets_the_log_alone(client, site):
    part = client.get(ADDRESS, headers={"HX-Request": "true"}).content.decode()

    assert (True, False) == ('id="log"' in part, "<html" in part)


def test_a_page_asks_no_more_for_more_rows(client, site, django_assert_max_num_queries):
    for number in range(20):
        audit.record(
            Did.ADDED, What.MEMBER, number, by=UserFactory(), person=UserFactory(), site=site
        )

    with django_assert_max_num_queries(16):
        client.get(ADDRESS)


def test_csv_has_all_that_is_chosen_and_no_formula(client, site, monkeypatch):
    monkeypatch.setattr(log, "SHOWN", 1)
    for name in ('=HYPERLINK("https://evil.example")', "plain"):
        audit.record(
            Did.ADDED,
            What.NOTE,
            name,
            by=site.team.members.get().user,
            site=site,
            details={"=a": ["=1", "+2"]},
        )
    audit.record(Did.ADDED, What.GOAL, "goal", by=None, site=site)
    Change.objects.update(made_at=datetime(2026, 3, 10, 12, tzinfo=UTC))

    response = client.get(f"{ADDRESS}.csv", {"what": "note"})
    rows = list(csv.reader(io.StringIO(b"".join(response).decode())))

    common = ["2026-03-10T12:00:00+00:00", "ada@example.com", "in the browser", ""]
    assert [
        ["Time", "Who", "Means", "API key", "Did", "What", "Name", "To whom", "Details"],
        [*common, "added", "note", "plain", "", "'=a: =1 → +2"],
        [*common, "added", "note", '\'=HYPERLINK("https://evil.example")', "", "'=a: =1 → +2"],
    ] == rows


def test_team_has_a_page_and_a_file_of_its_own_changes(client, site):
    audit.record(Did.CHANGED, What.TEAM, "Night shift", by=None, team=site.team)
    audit.record(Did.DELETED, What.GOAL, "Of a site", by=None, site=site)
    audit.record(Did.CHANGED, What.TEAM, "Of another", by=None, team=SeatFactory().site.team)
    address = f"/teams/{site.team.pk}/audit"

    page = client.get(address)
    rows = b"".join(client.get(f"{address}.csv").streaming_content).decode().splitlines()

    assert (["Night shift"], 2) == (names(page), len(rows))
    assert f"{address}.csv?" in page.content.decode()
