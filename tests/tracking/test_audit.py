"""What was changed is recorded with who did it, and forgotten in time."""

from datetime import UTC, datetime, timedelta

import pytest
from django import forms
from django.db import transaction

from tests.factories import SiteFactory, UserFactory
from tracking import audit
from tracking.audit import Did, Means, What
from tracking.models import ApiKey, Change

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)


def rows(*fields: str) -> list[tuple]:
    return list(Change.objects.values_list(*fields))


def test_a_row_says_who_did_what_where_and_by_which_means():
    ada, site = UserFactory(), SiteFactory(domain="site.example")

    audit.record(Did.PAUSED, What.SITE, site, by=ada, site=site, means=Means.ADMIN)

    assert [("paused", "site", "site.example", ada.pk, site.pk, "admin")] == rows(
        "did", "what", "name", "by", "site", "means"
    )


def test_a_row_of_an_api_call_says_which_key_was_used():
    ada = UserFactory()
    key, _ = ApiKey.issue(ada)

    audit.record(Did.ADDED, What.GOAL, "Signup", by=ada, key=key)

    assert [("key", key.prefix)] == rows("means", "key_prefix")


def test_a_row_outlives_its_site_with_the_domain_and_the_people_with_nothing_of_them():
    ada, bob = UserFactory(email="ada@example.com"), UserFactory(email="bob@example.com")
    site = SiteFactory(domain="site.example")
    audit.record(Did.ADDED, What.MEMBER, by=ada, site=site, person=bob)

    site.delete()
    ada.delete()
    bob.delete()

    [row] = Change.objects.values()
    assert (None, "site.example", None, None) == (
        row["site_id"],
        row["domain"],
        row["by_id"],
        row["person_id"],
    )
    assert "@" not in str(row)


def test_what_is_rolled_back_is_not_recorded():
    with transaction.atomic():
        audit.record(Did.ADDED, What.GOAL, by=None)
        transaction.set_rollback(True)

    assert [] == rows("pk")


def test_long_and_odd_values_are_kept_as_short_texts():
    audit.record(
        Did.CHANGED,
        What.RULES,
        "n" * 300,
        by=None,
        tab="t" * 50,
        details={"day": [NOW.date(), "x" * 600], "count": 3, "on": True, "none": None},
    )

    [(name, tab, details)] = rows("name", "tab", "details")
    assert (200, 40) == (len(name), len(tab))
    assert {
        "day": ["2026-03-10", "x" * 500],
        "count": 3,
        "on": True,
        "none": None,
    } == details


def test_differences_are_the_fields_that_changed_and_never_a_secret():
    before = {"enabled": True, "kinds": ["visit"], "url": "https://a.example", "old_secret": "1"}
    after = {"enabled": False, "kinds": ["visit"], "url": "https://b.example", "old_secret": "2"}

    assert {
        "enabled": [True, False],
        "url": None,
        "old_secret": None,
    } == audit.differences(before, after)


def test_the_changed_fields_of_a_form_are_what_was_and_what_is():
    class RulesForm(forms.Form):
        bots = forms.CharField()
        pages = forms.CharField(required=False)

    form = RulesForm({"bots": "apart", "pages": ""}, initial={"bots": "drop", "pages": ""})
    assert form.is_valid()

    assert {"bots": ["drop", "apart"]} == audit.changed_fields(form)


@pytest.mark.parametrize(
    ("days", "left"), [(30, ["young"]), (0, ["old", "young"])], ids=["30 days", "for ever"]
)
def test_rows_are_forgotten_after_the_days_of_the_setting(settings, monkeypatch, days, left):
    settings.AUDIT_DAYS = days
    monkeypatch.setattr(audit, "CHUNK", 1)
    for name, age in (("old", 31), ("old", 40), ("young", 29)):
        row = audit.record(Did.ADDED, What.NOTE, name, by=None)
        Change.objects.filter(pk=row.pk).update(made_at=NOW - timedelta(days=age))

    audit.forget(NOW)

    assert left == sorted(set(Change.objects.values_list("name", flat=True)))
