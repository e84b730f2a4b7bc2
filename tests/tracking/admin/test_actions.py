"""What an admin does to sites from their list."""

from datetime import UTC, datetime

import pytest
from django.urls import reverse

from tests.factories import EventFactory, SiteFactory, UserFactory
from tracking import tasks
from tracking.models import Change, Generation, Purge, Renaming, Salt, Site

pytestmark = pytest.mark.django_db

ADDRESS = "/admin/tracking/site/"
NOON = datetime(2026, 3, 10, 12, tzinfo=UTC)


@pytest.fixture
def admin(client):
    person = UserFactory(is_staff=True, is_superuser=True)
    client.force_login(person)
    return person


@pytest.fixture(autouse=True)
def asked(monkeypatch) -> list[str]:
    """What the queue was asked for."""
    found: list[str] = []
    monkeypatch.setattr(tasks, "purge_asked", lambda: found.append("purge"))
    monkeypatch.setattr(tasks, "rename_asked", lambda: found.append("rename"))
    return found


def run(client, action: str, *sites: Site, **more: str):
    chosen = {"action": action, "_selected_action": [site.pk for site in sites]}
    return client.post(ADDRESS, {**chosen, **more})


def confirm(client, action: str, *sites: Site, **more: str):
    return run(client, action, *sites, confirmed="yes", **more)


def recorded() -> list[tuple]:
    return list(Change.objects.values_list("did", "what", "domain", "means"))


@pytest.mark.parametrize("action", ["pause", "resume", "replace_salts", "purge", "rename_sources"])
def test_each_asks_first_and_names_the_sites(client, admin, action):
    site = SiteFactory(domain="site.example", paused=action == "resume")
    Salt.objects.create(day=NOON.date(), key=b"s" * 32)

    page = run(client, action, site).content.decode()

    assert (True, True) == ("<li>site.example</li>" in page, 'value="yes"' in page)
    assert (action == "resume", b"s" * 32, 0, []) == (
        Site.objects.get().paused,
        bytes(Salt.objects.get().key),
        Purge.objects.count(),
        recorded(),
    )


def test_sites_are_paused_and_resumed_for_all_processes(client, admin):
    site, other = SiteFactory(domain="site.example"), SiteFactory(paused=True)
    generation = Generation.current(Generation.RULES)

    confirm(client, "pause", site, other)
    paused = set(Site.objects.filter(paused=True))
    confirm(client, "resume", site)

    assert ({site, other}, {other}) == (paused, set(Site.objects.filter(paused=True)))
    assert Generation.current(Generation.RULES) > generation
    assert [
        ("paused", "site", "site.example", "admin"),
        ("resumed", "site", "site.example", "admin"),
    ] == recorded()


def test_a_paused_site_says_so_on_its_pages(client, admin):
    from tests.factories import SeatFactory

    SeatFactory(user=admin, site__domain="site.example", site__paused=True)

    assert "paused site.example" in client.get("/sites/site.example/settings").content.decode()


def test_salts_are_replaced(client, admin, time_machine):
    time_machine.move_to(NOON, tick=False)
    Salt.objects.create(day=NOON.date(), key=b"s" * 32)

    confirm(client, "replace_salts", SiteFactory(domain="site.example"))

    assert b"s" * 32 != bytes(Salt.objects.get().key)
    assert [("replaced", "salts", "site.example", "admin")] == recorded()


def test_the_page_before_a_purge_says_how_much_there_is(client, admin):
    site = SiteFactory()
    EventFactory.create_batch(3, site=site)

    page = run(client, "purge", site).content.decode()

    assert "have 3 events in the database and 0 sealed" in page


@pytest.mark.parametrize(
    ("day", "before"),
    [("2026-02-01", datetime(2026, 2, 1, tzinfo=UTC)), ("", NOON)],
    ids=["before a day", "all"],
)
def test_a_purge_is_asked_of_the_queue(
    client, admin, asked, time_machine, django_capture_on_commit_callbacks, day, before
):
    time_machine.move_to(NOON, tick=False)
    site = SiteFactory(domain="site.example")

    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, "purge", site, before=day)

    assert [(site, before)] == [(each.site, each.before) for each in Purge.objects.all()]
    assert (["purge"], [("purged", "events", "site.example", "admin")]) == (asked, recorded())


def test_sources_are_named_anew_by_the_queue(
    client, admin, asked, django_capture_on_commit_callbacks
):
    site = SiteFactory(domain="site.example")

    with django_capture_on_commit_callbacks(execute=True):
        confirm(client, "rename_sources", site)
        confirm(client, "rename_sources", site)

    assert [("changed", "events", "site.example", "admin")] * 2 == recorded()
    assert (["rename"] * 2, [site]) == (asked, [each.site for each in Renaming.objects.all()])


def test_a_day_that_is_none_is_asked_for_again(client, admin, asked):
    page = confirm(client, "purge", SiteFactory(), before="soon").content.decode()

    assert (True, 0, []) == ("Enter a valid date." in page, Purge.objects.count(), asked)


@pytest.mark.parametrize("action", ["pause", "replace_salts", "purge", "rename_sources"])
def test_who_may_only_look_does_nothing(client, asked, action):
    from django.contrib.auth.models import Permission

    person = UserFactory(is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_site"))
    client.force_login(person)
    site = SiteFactory()

    confirm(client, action, site)

    assert (False, 0, []) == (Site.objects.get().paused, Purge.objects.count(), recorded())
    assert [] == asked
    assert reverse("admin:tracking_site_changelist") == ADDRESS
