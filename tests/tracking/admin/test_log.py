"""What is changed in the administration is in the audit log."""

import pytest
from allauth.account.models import EmailAddress
from django.contrib.admin import site as administration
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from dashboard.accounts.models import User
from tests.factories import SiteFactory, UserFactory
from tracking.admin.log import Audited
from tracking.models import ApiKey, Change, Goal, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def admin(client):
    person = UserFactory(email="root@example.com", is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


def rows() -> list[tuple]:
    fields = ("did", "what", "name", "domain", "means", "details")
    return list(Change.objects.values_list(*fields))


def form_of(client, row) -> dict:
    """What the page of a row would send, were nothing changed."""
    response = client.get(address(row))
    form = response.context["adminform"].form
    sent = {name: form.get_initial_for_field(form.fields[name], name) for name in form.fields}
    for formset in response.context["inline_admin_formsets"]:
        sent |= {
            f"{formset.formset.prefix}-{name}": value
            for name, value in formset.formset.management_form.initial.items()
        }
    return {name: value for name, value in sent.items() if value is not None and value is not False}


def address(row) -> str:
    return reverse(f"admin:{row._meta.app_label}_{row._meta.model_name}_change", args=[row.pk])


def test_a_site_that_is_changed_is_recorded_with_what_each_field_was(client, admin):
    site = SiteFactory(domain="site.example")

    client.post(address(site), {**form_of(client, site), "timezone": "Europe/Berlin"})

    assert [
        (
            "changed",
            "site",
            "site.example",
            "site.example",
            "admin",
            {"timezone": ["UTC", "Europe/Berlin"]},
        )
    ] == rows()
    assert admin == Change.objects.get().by


def test_sites_that_are_deleted_at_once_are_recorded_each(client, admin):
    one, two = SiteFactory(domain="one.example"), SiteFactory(domain="two.example")
    data = {"action": "delete_selected", "_selected_action": [one.pk, two.pk], "post": "yes"}

    client.post(reverse("admin:tracking_site_changelist"), data)

    assert (0, [("deleted", "one.example"), ("deleted", "two.example")]) == (
        Site.objects.count(),
        [(did, domain) for did, _what, _name, domain, _means, _details in rows()],
    )


def test_every_table_is_audited():
    assert [] == [
        model for model, its in administration._registry.items() if not isinstance(its, Audited)
    ]


def test_addresses_that_are_deleted_at_once_are_recorded_each_and_left_nowhere(client, admin):
    rows_of = [
        EmailAddress.objects.create(user=UserFactory(), email=f"{name}@gone.example").pk
        for name in ("bob", "eve")
    ]
    data = {"action": "delete_selected", "_selected_action": rows_of, "post": "yes"}

    client.post(reverse("admin:account_emailaddress_changelist"), data)

    assert [("deleted", "record")] * 2 == [row[:2] for row in rows()]
    assert "@gone" not in str([*Change.objects.values(), *LogEntry.objects.values()])


def test_whom_to_ask_about_a_site_is_left_nowhere(client, admin):
    site = SiteFactory(domain="site.example")

    client.post(address(site), {**form_of(client, site), "privacy_contact": "ada@asked.example"})

    site.refresh_from_db()
    assert ("ada@asked.example", {"privacy_contact": None}) == (site.privacy_contact, rows()[0][-1])
    assert "@asked" not in str([*Change.objects.values(), *LogEntry.objects.values()])


def test_a_goal_is_recorded_at_its_site(client, admin):
    site = SiteFactory(domain="site.example")
    goal = Goal.objects.create(site=site, display_name="Signup", event_name="Signup")

    client.post(reverse("admin:tracking_goal_delete", args=[goal.pk]), {"post": "yes"})

    assert [("deleted", "goal", "Signup", "site.example", "admin", {})] == rows()


def test_a_key_that_is_revoked_is_recorded_by_its_name(client, admin):
    key, _ = ApiKey.issue(admin, "importer")

    client.post(reverse("admin:tracking_apikey_delete", args=[key.pk]), {"post": "yes"})

    assert [("deleted", "key")] == [row[:2] for row in rows()]


def test_an_account_that_is_changed_and_deleted_leaves_no_address(client, admin):
    bob = UserFactory(email="bob@example.com")

    client.post(
        address(bob), {**form_of(client, bob), "email": "robert@example.com", "is_active": "on"}
    )
    client.post(reverse("admin:accounts_user_delete", args=[bob.pk]), {"post": "yes"})

    assert not User.objects.filter(pk=bob.pk).exists()
    assert [("changed", "account", "", "", "admin", {"email": None})] == rows()[:1]
    assert ("deleted", "account", "") == rows()[1][:3]
    left = str([*Change.objects.values(), *LogEntry.objects.values()])
    assert (False, False) == ("bob@" in left, "robert@" in left)


def test_a_table_without_a_word_of_its_own_is_a_record(client, admin):
    client.post(reverse("admin:auth_group_add"), {"name": "bob@example.com"})

    [(did, what, name, *_rest)] = rows()
    assert ("added", "record", "group") == (did, what, name.split()[0])
