import pytest

from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Event, Generation, Role, Site

pytestmark = pytest.mark.django_db


@pytest.fixture
def owned(client):
    """The membership of a person who is signed in."""
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership


def text(response) -> str:
    return response.content.decode()


def test_front_page_leads_to_the_sites(client):
    assert "/sites/" == client.get("/")["Location"]


def test_icon_is_found_where_browsers_look_for_it(client):
    assert "/static/img/mark.svg" == client.get("/favicon.ico")["Location"]


def test_list_asks_for_sign_in(client):
    assert "/sign-in?next=/sites/" == client.get("/sites/")["Location"]


def test_adding_asks_for_sign_in(client):
    assert "/sign-in?next=/sites/new" == client.get("/sites/new")["Location"]


def test_added_site_belongs_to_who_added_it(client):
    user = UserFactory()
    client.force_login(user)

    response = client.post(
        "/sites/new", {"domain": " https://WWW.New.example/ ", "timezone": "Europe/Berlin"}
    )

    site = Site.objects.get()
    assert ("new.example", "Europe/Berlin") == (site.domain, site.timezone)
    assert [(user.pk, Role.OWNER)] == list(site.team.members.values_list("user", "role"))
    assert "/sites/new.example/install" == response["Location"]


@pytest.mark.parametrize(
    ("data", "errors"),
    [
        (
            {"domain": "not a domain", "timezone": "UTC"},
            {"domain": ["Enter a domain such as example.com, without a scheme."]},
        ),
        (
            {"domain": "northpeak.example", "timezone": "UTC"},
            {"domain": ["This domain is taken on this server."]},
        ),
        ({"domain": "", "timezone": "UTC"}, {"domain": ["This field is required."]}),
        (
            {"domain": "new.example", "timezone": "Moon/Sea"},
            {"timezone": ["Select a valid choice. Moon/Sea is not one of the available choices."]},
        ),
    ],
    ids=["no domain", "taken", "empty", "unknown zone"],
)
def test_refused_site_names_the_field(client, owned, data, errors):
    response = client.post("/sites/new", data)

    assert (errors, 1) == (response.context["form"].errors, Site.objects.count())


@pytest.mark.parametrize(
    ("data", "preselects"), [(None, True), ({"domain": ""}, False)], ids=["new", "refused"]
)
def test_browser_chooses_the_zone_of_an_untouched_form(client, owned, data, preselects):
    response = client.get("/sites/new") if data is None else client.post("/sites/new", data)

    assert preselects == ("data-browser-timezone" in text(response))


def test_install_shows_the_snippet_as_text(client, owned, settings):
    settings.PUBLIC_URL = "https://stats.example.com"

    assert (
        "&lt;script defer data-domain=&quot;northpeak.example&quot; "
        "src=&quot;https://stats.example.com/js/script.js&quot;&gt;&lt;/script&gt;"
    ) in text(client.get("/sites/northpeak.example/install"))


def test_install_shows_the_script_that_measures_web_vitals_too(client, owned, settings):
    settings.SCRIPT_PATH = "/js/script.js"

    assert "/js/script.vitals.js" in text(client.get("/sites/northpeak.example/install"))


def test_install_waits_for_the_first_visit_of_its_site(client, owned):
    EventFactory(site=SiteFactory())

    page = text(client.get("/sites/northpeak.example/install"))

    assert 'data-feed="/ws/sites/northpeak.example/feed"' in page


def test_install_waits_no_more_once_a_visit_came(client, owned):
    EventFactory(site=owned.site)

    page = text(client.get("/sites/northpeak.example/install"))

    assert (False, True) == ("data-feed" in page, "Visits arrive" in page)


def test_engagement_alone_is_no_visit_to_wait_for(client, owned):
    EventFactory(site=owned.site, name="engagement")

    assert "data-feed" in text(client.get("/sites/northpeak.example/install"))


def test_settings_change_the_site(client, owned):
    response = client.post("/sites/northpeak.example/settings", {"timezone": "Asia/Tokyo"})

    owned.site.refresh_from_db()
    assert "Asia/Tokyo" == owned.site.timezone
    assert "/sites/northpeak.example/settings" == response["Location"]


def test_settings_offer_a_zone_that_no_place_names(client, owned):
    Site.objects.update(timezone="Etc/GMT+3")

    response = client.post("/sites/northpeak.example/settings", {"timezone": "Etc/GMT+3"})

    assert 302 == response.status_code


def test_deleting_asks_for_the_domain(client, owned):
    response = client.post("/sites/northpeak.example/delete", {"domain": "other.example"})

    assert {"domain": ["This is not the domain of the site."]} == response.context["form"].errors
    assert Site.objects.filter(pk=owned.site.pk).exists()


def test_deleted_site_takes_its_events_along(client, owned):
    EventFactory(site=owned.site)
    kept = EventFactory(site=SiteFactory())
    generation = Generation.current(Generation.EVENTS)

    response = client.post("/sites/northpeak.example/delete", {"domain": "northpeak.example"})

    assert ("/sites/", False) == (
        response["Location"],
        Site.objects.filter(pk=owned.site.pk).exists(),
    )
    assert [kept.pk] == list(Event.objects.values_list("pk", flat=True))
    assert generation < Generation.current(Generation.EVENTS)


@pytest.mark.parametrize("page", ["settings", "delete"])
def test_outsider_changes_nothing(client, page):
    site = SiteFactory(domain="northpeak.example", timezone="Europe/Rome")
    client.force_login(UserFactory())

    response = client.post(
        f"/sites/northpeak.example/{page}", {"domain": site.domain, "timezone": "UTC"}
    )

    assert (404, ["Europe/Rome"]) == (
        response.status_code,
        list(Site.objects.values_list("timezone", flat=True)),
    )
