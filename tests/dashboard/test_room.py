"""What people change on pages and through the API is told to the others."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from realtime.out.models import Threshold, Webhook
from tests.factories import SeatFactory, UserFactory
from tracking import audit
from tracking.models import (
    Annotation,
    ApiKey,
    Change,
    Goal,
    Segment,
    SharedLink,
    SiteAlias,
    WallLink,
)
from tracking.models.keys import Scope

pytestmark = pytest.mark.django_db

ADDRESS = "/sites/site.example"
HOOK = {"url": "https://93.184.215.14/hook", "kinds": ["visit"]}
LIMIT = {"direction": "above", "limit": "100", "figure": "online", "minutes": "1"}
ALL_PANELS = ["sources", "pages", "places", "agents"]


@pytest.fixture
def site(client):
    membership = SeatFactory(site__domain="site.example", user=UserFactory(email="ada@example.com"))
    client.force_login(membership.user)
    return membership.site


def told(site) -> list[tuple[str, str, str]]:
    return [(each.did, each.what, each.name) for each in Change.objects.filter(site=site)]


def test_notes(client, site):
    client.post(f"{ADDRESS}/notes", {"text": "Release 2", "day": "2026-03-10"})
    client.post(f"{ADDRESS}/notes/{Annotation.objects.get().pk}/delete")

    assert [("added", "note", "Release 2"), ("deleted", "note", "Release 2")] == told(site)


def test_segments_of_all_and_of_one_person(client, site):
    filtered = {"f": "is,visit:country,DE"}
    client.post(f"{ADDRESS}/segments/save", {**filtered, "name": "Germans", "shared": "on"})
    client.post(f"{ADDRESS}/segments/save", {**filtered, "name": "Germans", "shared": "on"})
    client.post(f"{ADDRESS}/segments/save", {**filtered, "name": "Mine"})
    client.post(f"{ADDRESS}/segments/{Segment.objects.get(name='Germans').pk}/delete")

    assert [
        ("added", "segment", "Germans", None),
        ("changed", "segment", "Germans", None),
        ("added", "segment", "Mine", "ada@example.com"),
        ("deleted", "segment", "Germans", None),
    ] == [
        (each.did, each.what, each.name, each.whose and each.whose.email)
        for each in Change.objects.all()
    ]


def test_links_and_the_public_report(client, site):
    client.post(f"{ADDRESS}/sharing", {"name": "Press", "panels": ALL_PANELS})
    client.post(f"{ADDRESS}/sharing/public", {"public": "yes"})
    client.post(f"{ADDRESS}/sharing/public")
    client.post(f"{ADDRESS}/sharing/{SharedLink.objects.get().pk}/delete")

    assert [
        ("added", "link", "Press"),
        ("added", "link", "Public"),
        ("deleted", "link", "Public"),
        ("deleted", "link", "Press"),
    ] == told(site)


def test_settings_and_rules(client, site):
    client.post(f"{ADDRESS}/settings", {"timezone": "Europe/Berlin"})
    client.post(f"{ADDRESS}/hits", {"bots": "apart", "query_rule": "keep"})

    assert [
        ("settings", {"timezone": ["UTC", "Europe/Berlin"]}),
        (
            "rules",
            {
                "bots": ["drop", "apart"],
                "query_rule": ["strip", "keep"],
            },
        ),
    ] == [(each.what, each.details) for each in Change.objects.filter(site=site)]


def test_other_names_with_the_tab_in_which_they_were_given(client, site):
    client.post(
        f"{ADDRESS}/aliases", {"name": "old"}, headers={"X-Tab": "abc", "HX-Request": "true"}
    )
    alias = SiteAlias.objects.get()
    client.post(f"{ADDRESS}/aliases/{alias.pk}/remove", headers={"HX-Request": "true"})

    assert [("added", "old", "abc"), ("deleted", "old", "")] == [
        (each.did, each.name, each.tab) for each in Change.objects.all()
    ]


def test_a_form_that_is_refused_tells_nothing(client, site):
    client.post(f"{ADDRESS}/notes", {"text": "", "day": "2026-03-10"})
    client.post(f"{ADDRESS}/settings", {"timezone": "Nowhere"})

    assert [] == told(site)


def test_goals_links_and_settings_through_the_api_by_the_key_s_owner(client, site):
    person = site.team.members.get().user
    _, key = ApiKey.issue(person, "test", [Scope.SITES_READ, Scope.SITES_WRITE])

    def ask(method: str, path: str, **body: str) -> None:
        answer = client.generic(
            method,
            f"/api/v1/sites{path}",
            json.dumps(body),
            content_type="application/json",
            headers={"Authorization": f"Bearer {key}"},
        )
        assert 200 == answer.status_code

    goal = {"site_id": site.domain, "goal_type": "event", "event_name": "Signup"}
    ask("PUT", "/goals", **goal)
    ask("PUT", "/goals", **goal)
    ask("DELETE", f"/goals/{Goal.objects.get().pk}", site_id=site.domain)
    ask("PUT", "/shared-links", site_id=site.domain, name="Press")
    ask("PUT", f"/{site.domain}", timezone="Europe/Berlin")

    assert [
        ("added", "goal", "Signup"),
        ("deleted", "goal", "Signup"),
        ("added", "link", "Press"),
        ("changed", "settings", ""),
    ] == told(site)
    assert {(person, "key", key[:9])} == {
        (each.by, each.means, each.key_prefix) for each in Change.objects.all()
    }


def test_a_page_names_the_last_change_that_it_knows(client, site):
    Change.objects.create(site=site, did="added", what="note", name="Release")
    last = Change.objects.create(site=site, did="added", what="note", name="Release 2")
    other = SeatFactory().site
    Change.objects.create(site=other, did="added", what="note", name="Theirs")

    for page in ("/", "/live", "/notes", "/settings"):
        assert f'data-change="{last.pk}"' in client.get(ADDRESS + page).content.decode()


def test_webhooks_and_alerts(client, site):
    client.post(f"{ADDRESS}/webhooks", HOOK)
    hook = Webhook.objects.get()
    client.post(f"{ADDRESS}/webhooks/{hook.pk}", {**HOOK, "enabled": "on"})
    client.post(f"{ADDRESS}/webhooks/{hook.pk}/roll")
    client.post(f"{ADDRESS}/webhooks/{hook.pk}/remove")
    client.post(f"{ADDRESS}/alerts", LIMIT)
    client.post(f"{ADDRESS}/alerts/{Threshold.objects.get().pk}/remove")

    above = "More than 100 visitors online"
    assert [
        ("added", "webhook", "93.184.215.14", {"kinds": "visit"}),
        ("changed", "webhook", "93.184.215.14", {}),
        ("changed", "webhook", "93.184.215.14", {"secret": None}),
        ("deleted", "webhook", "93.184.215.14", {}),
        ("added", "threshold", above, {}),
        ("deleted", "threshold", above, {}),
    ] == [(each.did, each.what, each.name, each.details) for each in Change.objects.all()]


def test_a_site_that_is_added_and_deleted_on_pages(client, site):
    client.post("/sites/new", {"domain": "new.example", "timezone": "UTC"})
    client.post("/sites/new.example/delete", {"domain": "new.example"})

    assert [
        ("added", "site", "new.example", None),
        ("deleted", "site", "new.example", None),
    ] == list(Change.objects.values_list("did", "what", "domain", "site"))


def test_a_site_that_is_added_and_deleted_through_the_api(client, site):
    _, key = ApiKey.issue(site.team.members.get().user, "test", [Scope.SITES_WRITE])
    headers = {"Authorization": f"Bearer {key}"}
    body = json.dumps({"domain": "new.example"})
    client.post("/api/v1/sites", body, content_type="application/json", headers=headers)
    client.delete("/api/v1/sites/new.example", headers=headers)

    assert [("added", "new.example"), ("deleted", "new.example")] == list(
        Change.objects.filter(what="site", key_prefix=key[:9]).values_list("did", "domain")
    )


def test_files_that_are_put_in_and_taken_out(client, site):
    size = {"name": "old.csv", "size": "10"}
    client.post(f"{ADDRESS}/imports/begin", size)
    client.post(f"{ADDRESS}/imports/{site.imports.get().pk}/cancel")
    client.get(f"{ADDRESS}/export", {"format": "csv", "first": "2026-03-01"})

    assert [
        ("started", "import", "old.csv", {}),
        ("cancelled", "import", "old.csv", {}),
        ("downloaded", "export", "", {"format": "csv", "from": "2026-03-01", "to": None}),
    ] == list(Change.objects.values_list("did", "what", "name", "details"))


def test_links_to_a_wall(client, site):
    client.post("/wall/links", {"name": "Kitchen"})
    client.post(f"/wall/links/{WallLink.objects.get().pk}/revoke")

    assert [("added", "wall", "Kitchen"), ("revoked", "wall", "Kitchen")] == list(
        Change.objects.values_list("did", "what", "name")
    )


def test_what_cannot_be_recorded_is_not_done(client, site, monkeypatch):
    monkeypatch.setattr(audit.Change.objects, "create", lambda **_: 1 / 0)

    for path, form in (
        ("settings", {"timezone": "Europe/Berlin"}),
        ("notes", {"text": "Release", "day": "2026-03-10"}),
        ("sharing", {"name": "Press", "panels": ALL_PANELS}),
        ("webhooks", HOOK),
    ):
        with pytest.raises(ZeroDivisionError):
            client.post(f"{ADDRESS}/{path}", form)

    site.refresh_from_db()
    assert ("UTC", 0, 0, 0) == (
        site.timezone,
        Annotation.objects.count(),
        SharedLink.objects.count(),
        Webhook.objects.count(),
    )


def test_a_page_that_answers_a_form_at_once_knows_what_was_done(client, site):
    page = client.post(f"{ADDRESS}/webhooks", HOOK).content.decode()

    assert f'data-change="{Change.objects.get().pk}"' in page


def test_a_shared_report_names_none(client, site):
    link = SharedLink.objects.create(
        site=site, name="Press", expires_at=timezone.now() + timedelta(days=1)
    )

    page = client.get(f"/share/{link.token}/").content.decode()

    assert "data-change" not in page
    assert 'data-room="segment"' not in page
