from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from tests.factories import EventFactory, SeatFactory, SiteFactory
from tracking.models import Role, SharedLink

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 10, 15, tzinfo=UTC)
ROUTES = [
    *("", "widgets/overview", "widgets/sources", "widgets/sources.csv"),
    *("suggestions", "badge.svg"),
]
SHARING = "/sites/site.example/sharing"


@pytest.fixture(autouse=True)
def _clock():
    # Tries of passwords are counted there.
    cache.clear()
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def site():
    site = SiteFactory(domain="site.example", timezone="Europe/Berlin")
    EventFactory(site=site, time=NOW - timedelta(hours=1), country="DE", source="Google")
    EventFactory(site=site, time=NOW - timedelta(hours=1), country="AT", source="Bing")
    return site


@pytest.fixture
def owner(client, site):
    user = SeatFactory(site=site).user
    client.force_login(user)
    return user


def link_to(site, password: str = "", **fields) -> SharedLink:
    link = SharedLink(site=site, name="For a friend", **fields)
    link.set_password(password)
    link.save()
    return link


def visitors(response) -> int:
    return response.context["overview"].figures[0].value


@pytest.mark.parametrize("route", ROUTES)
def test_whoever_has_a_link_sees_the_report_without_an_account(client, site, route):
    response = client.get(f"/share/{link_to(site).token}/{route}")

    assert 200 == response.status_code


@pytest.mark.parametrize("route", ROUTES)
def test_what_is_no_link_is_not_found(client, site, route):
    link_to(site)
    expired = SharedLink.objects.create(site=site, name="Old", expires_at=NOW)

    found = [
        client.get(f"/share/{token}/{route}").status_code
        for token in ("site.example", "x" * 22, expired.token)
    ]

    assert [404, 404, 404] == found


def test_a_public_report_has_the_sites_domain_for_an_address(client, site):
    public = link_to(site, is_public=True)

    found = [client.get(f"/share/{each}/").status_code for each in (site.domain, public.token)]

    assert [200, 404] == found


def test_every_address_in_a_shared_report_is_one_of_the_link(client, site):
    link = link_to(site)
    pages = [f"/share/{link.token}/?period=7d&f=is,visit:country,DE&embed=true&theme=dark"]
    pages += [f"/share/{link.token}/widgets/{name}" for name in ("sources", "overview")]

    for page in pages:
        text = client.get(page).content.decode()
        assert "/sites/" not in text
        assert "/sign-in" not in text
        assert "segment" not in text.lower()


def test_an_embedded_report_keeps_its_look_and_may_stand_in_a_frame(client, site):
    address = f"/share/{link_to(site).token}/"

    alone = client.get(address)
    framed = client.get(f"{address}?embed=true&theme=dark")

    assert ("DENY", True) == (
        alone["X-Frame-Options"],
        "frame-ancestors 'none'" in alone["Content-Security-Policy"],
    )
    assert (False, True) == (
        "X-Frame-Options" in framed,
        "frame-ancestors *" in framed["Content-Security-Policy"],
    )
    assert f"{address}?period=7d&amp;embed=true&amp;theme=dark" in framed.content.decode()
    assert 'data-theme="dark"' in framed.content.decode()


def test_the_filters_of_a_link_hold_for_all_that_is_seen_through_it(client, site):
    link = link_to(site, filters=[["is", "visit:country", ["DE"]]])
    address = f"/share/{link.token}/"

    assert 1 == visitors(client.get(address))
    assert 0 == visitors(client.get(f"{address}?f=is,visit:country,AT"))
    suggested = client.get(f"{address}suggestions?dimension=visit:source")
    assert ["Google"] == [each.value for each in suggested.context["suggestions"]]
    sources = client.get(f"{address}widgets/sources.csv")
    assert [b"Google"] == [line.split(b",")[0] for line in list(sources.streaming_content)[1:]]


@pytest.mark.parametrize(
    ("fields", "socket"),
    [
        ({}, "/ws/share/{}/feed"),
        ({"panels": ["sources"]}, "/ws/share/{}/feed"),
        ({"filters": [["is", "visit:country", ["DE"]]]}, ""),
    ],
    ids=["whole", "some panels", "filtered"],
)
def test_a_shared_report_follows_by_push_unless_it_is_filtered(client, site, fields, socket):
    link = link_to(site, **fields)

    page = client.get(f"/share/{link.token}/").content.decode()

    assert f'data-socket="{socket.format(link.token)}"' in page


def test_a_link_to_some_panels_tells_nothing_of_the_others(client, site):
    address = f"/share/{link_to(site, panels=['pages']).token}/"

    report = client.get(address)
    statuses = [
        client.get(f"{address}{path}").status_code
        for path in (
            "widgets/pages",
            "widgets/sources",
            "widgets/sources.csv",
            "?f=is,visit:source,Google",
            "?f=is,event:page,/",
            "suggestions?dimension=visit:country",
            "suggestions?dimension=event:props:",
        )
    ]

    assert ["pages"] == [widget.panel for widget in report.context["panels"]]
    assert [200, 404, 404, 400, 200, 400, 400] == statuses
    assert "visit:source" not in report.content.decode()
    assert "event:props:" not in report.content.decode()


@pytest.mark.parametrize("route", ROUTES)
def test_a_link_with_a_password_shows_nothing_before_it_was_given(client, site, route):
    response = client.get(f"/share/{link_to(site, 'open sesame').token}/{route}")

    assert (403, True) == (response.status_code, "asks for a password" in response.content.decode())


def test_the_password_opens_one_link_in_one_browser_until_it_changes(client, site):
    link = link_to(site, "open sesame")
    other = SharedLink(site=site, name="Another")
    other.set_password("open sesame")
    other.save()
    client.post(f"/share/{link.token}/password", {"password": "open sesame"})

    opened = client.get(f"/share/{link.token}/").status_code
    others = [
        client.get(f"/share/{other.token}/").status_code,
        Client().get(f"/share/{link.token}/").status_code,
    ]
    link.set_password("another")
    link.save()
    afterwards = client.get(f"/share/{link.token}/").status_code

    assert (200, [403, 403], 403) == (opened, others, afterwards)


def test_passwords_can_be_tried_a_few_times_only(client, site):
    address = f"/share/{link_to(site, 'open sesame').token}/password"

    statuses = [client.post(address, {"password": "?"}).status_code for _ in range(11)]
    late = client.post(address, {"password": "open sesame"}).status_code

    assert ([403] * 10 + [429], 429) == (statuses, late)


def test_a_badge_shows_the_figure_and_may_be_kept_a_while(client, site):
    address = f"/share/{link_to(site).token}/badge.svg"

    response = client.get(f"{address}?metric=visits&period=7d")

    assert ("image/svg+xml", "public, max-age=300", True) == (
        response["Content-Type"],
        response["Cache-Control"],
        "Visits, last 7 days: 2" in response.content.decode(),
    )


def test_a_badge_behind_a_password_is_kept_by_nobody(client, site):
    link = link_to(site, "open sesame")
    client.post(f"/share/{link.token}/password", {"password": "open sesame"})

    response = client.get(f"/share/{link.token}/badge.svg")

    assert (200, "private, no-store") == (response.status_code, response["Cache-Control"])


def test_an_owner_makes_a_link_that_keeps_the_reports_filters(client, owner, site):
    response = client.post(
        f"{SHARING}?f=is,visit:country,DE",
        {
            "name": "For a friend",
            "password": "open sesame",
            "expires_on": "2026-03-31",
            "panels": ["pages", "sources"],
        },
    )

    link = SharedLink.objects.get()
    assert (302, "For a friend", True) == (
        response.status_code,
        link.name,
        link.is_opened_by("open sesame"),
    )
    assert ([["is", "visit:country", ["DE"]]], ["pages", "sources"], owner) == (
        link.filters,
        link.panels,
        link.created_by,
    )
    # The end of that day in Berlin, where clocks have changed.
    assert datetime(2026, 3, 31, 22, tzinfo=UTC) == link.expires_at


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": ""}, "This field is required"),
        ({"name": "For a friend"}, "The site has a link of this name."),
        ({"name": "Late", "expires_on": "2026-03-09"}, "This day has passed."),
        ({"name": "Odd", "panels": ["shoes"]}, "Select a valid choice"),
        ({"name": "No panel"}, "Choose at least one panel."),
        (
            {"name": "Long", "expires_on": "9999-12-31"},
            "The last day is 31 Dec 2199 at the latest.",
        ),
    ],
    ids=["no name", "same name", "past", "panel", "no panel", "far away"],
)
def test_a_link_that_cannot_be_made_is_refused_with_a_sentence(
    client, owner, site, fields, sentence
):
    link_to(site)

    response = client.post(SHARING, fields)

    assert (1, True) == (SharedLink.objects.count(), sentence in response.content.decode())


def test_an_owner_makes_the_report_public_and_private_again(client, owner, site):
    client.post(f"{SHARING}/public", {"public": "yes"})
    client.post(f"{SHARING}/public", {"public": "yes"})
    seen = Client().get("/share/site.example/").status_code

    client.post(f"{SHARING}/public")

    assert (200, 404) == (seen, Client().get("/share/site.example/").status_code)


def test_a_deleted_link_no_longer_works(client, owner, site):
    link = link_to(site)

    client.post(f"{SHARING}/{link.pk}/delete")

    assert 404 == client.get(f"/share/{link.token}/").status_code


def test_a_viewer_makes_no_links(client, site):
    client.force_login(SeatFactory(site=site, role=Role.VIEWER).user)

    statuses = [
        client.post(path).status_code
        for path in (SHARING, f"{SHARING}/public", f"{SHARING}/{link_to(site).pk}/delete")
    ]

    assert [404, 404, 404] == statuses


def test_a_report_becomes_public_beside_a_link_of_that_name(client, owner, site):
    client.post(SHARING, {"name": "Public", "panels": ["pages"]})

    response = client.post(f"{SHARING}/public", {"public": "yes"})

    assert (302, 200) == (response.status_code, Client().get("/share/site.example/").status_code)


def test_who_is_online_is_not_told_through_a_link_with_filters(client, site):
    filtered = SharedLink.objects.create(
        site=site, name="Some", filters=[["is", "visit:country", ["DE"]]]
    )

    told = [
        "online now" in client.get(f"/share/{link.token}/").content.decode()
        for link in (link_to(site), filtered)
    ]

    assert [True, False] == told


def test_a_link_whose_filters_leave_nothing_looks_the_same_before_the_first_visit(client):
    empty = link_to(SiteFactory(), filters=[["is", "visit:country", ["DE"]]])
    visited = link_to(SiteFactory(), filters=[["is", "visit:country", ["DE"]]])
    EventFactory(site=visited.site, time=NOW - timedelta(hours=1), country="AT")

    told = [
        "No visits yet" in client.get(f"/share/{link.token}/").content.decode()
        for link in (empty, visited)
    ]

    assert [False, False] == told


@pytest.mark.parametrize("parameters", ["", "?period=fortnight"], ids=["no visits", "refused"])
def test_a_link_leads_nowhere_but_to_itself_when_there_is_nothing_to_show(client, parameters):
    address = f"/share/{link_to(SiteFactory()).token}/"

    shown = client.get(f"{address}{parameters}").content.decode()

    assert (False, True) == ("/sites/" in shown, f'href="{address}' in shown)


def test_a_badge_names_days_as_they_are_written(client, site):
    address = f"/share/{link_to(site).token}/badge.svg"

    response = client.get(f"{address}?from=2026-03-01&to=2026-03-10")

    assert "Visitors, 1–10 Mar 2026: 2" in response.content.decode()
