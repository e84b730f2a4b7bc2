"""Sites: /api/v1/sites."""

from operator import itemgetter

import pytest

from tests.dashboard.api.asking import asking
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Event, Role, Site, SiteAlias

pytestmark = pytest.mark.django_db

SITES = "/api/v1/sites"
NORTHPEAK = "/api/v1/sites/northpeak.example"


@pytest.fixture
def owned():
    """The membership of a person who owns a site."""
    return SeatFactory(site=SiteFactory(domain="northpeak.example"))


def test_list_has_the_sites_of_the_keys_owner_the_newest_first(owned):
    SiteFactory()
    SeatFactory(user=owned.user, site=SiteFactory(domain="new.example", timezone="Asia/Tokyo"))

    assert (
        200,
        {
            "sites": [
                {"domain": "new.example", "timezone": "Asia/Tokyo"},
                {"domain": "northpeak.example", "timezone": "UTC"},
            ],
            "meta": {"after": None, "before": None, "limit": 100},
        },
    ) == asking(owned.user)("GET", SITES)


def test_list_is_read_page_by_page_and_back():
    user = UserFactory()
    for letter in "edcba":
        SeatFactory(user=user, site=SiteFactory(domain=f"{letter}.example"))
    ask = asking(user)

    def page(cursor: str = ""):
        answer = ask("GET", f"{SITES}?limit=2{cursor}")[1]
        domains = [site["domain"][0] for site in answer["sites"]]
        return "".join(domains), *itemgetter("before", "after")(answer["meta"])

    first, none_before, to_second = page()
    second, to_first, to_third = page(f"&after={to_second}")
    third, back_to_second, none_after = page(f"&after={to_third}")
    again = page(f"&before={back_to_second}")
    at_last = page(f"&before={to_first}")

    assert ("ab", "cd", "e") == (first, second, third)
    assert (None, None) == (none_before, none_after)
    assert [("cd", to_first, to_third), ("ab", None, to_second)] == [again, at_last]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ("limit=0", "limit"),
        ("limit=1001", "limit"),
        ("limit=ten", "limit"),
        ("limit=²", "limit"),
        ("after=%00", "after"),
        ("after=nonsense", "after"),
        ("before=ý", "before"),
        ("before=OTk5OTk5OTk5OTk5OTk5OTk5OTk5OTk5", "before"),
    ],
)
def test_page_that_cannot_be_is_refused_by_its_parameter(owned, params, name):
    status, answer = asking(owned.user)("GET", f"{SITES}?{params}")

    assert (400, True) == (status, f"'{name}'" in answer["error"])


def test_new_site_belongs_to_the_keys_owner():
    user = UserFactory()

    # As in Plausible's documentation; what is no matter here is passed over.
    answer = asking(user)(
        "POST",
        SITES,
        {
            "domain": "WWW.Test-domain.example",
            "timezone": "Europe/London",
            "tracker_script_configuration": {"file_downloads": True, "form_submissions": True},
        },
    )

    assert (200, {"domain": "test-domain.example", "timezone": "Europe/London"}) == answer
    assert [(user.pk, Role.OWNER)] == list(
        Site.objects.get().team.members.values_list("user", "role")
    )


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({}, "The request must have the key 'domain'."),
        ({"domain": "not a domain"}, "Enter a domain such as example.com, without a scheme."),
        ({"domain": "northpeak.example"}, "Site with this Domain already exists."),
        ({"domain": "a.example", "timezone": "Moon"}, "Enter a time zone such as Europe/Berlin."),
        ({"domain": ["a.example"]}, "The value of 'domain' must be a text."),
        ({"domain": "a.example", "zone": "UTC"}, "The request has the unknown key 'zone'."),
    ],
    ids=["none", "no domain", "taken", "zone", "list", "key"],
)
def test_site_that_cannot_be_is_refused_with_a_sentence(owned, body, sentence):
    answer = asking(owned.user)("POST", SITES, body)

    assert (400, {"error": sentence}, 1) == (*answer, Site.objects.count())


def test_renamed_site_goes_on_counting_under_its_name_of_before(owned):
    answer = asking(owned.user)("PUT", NORTHPEAK, {"domain": "southpeak.example"})

    assert (200, {"domain": "southpeak.example", "timezone": "UTC"}) == answer
    assert [(owned.site.pk, "northpeak.example")] == list(
        SiteAlias.objects.values_list("site", "name")
    )


def test_site_gets_its_name_of_before_back(owned):
    ask = asking(owned.user)
    ask("PUT", NORTHPEAK, {"domain": "southpeak.example"})

    answer = ask("PUT", NORTHPEAK, {"domain": "northpeak.example"})

    assert (200, {"domain": "northpeak.example", "timezone": "UTC"}) == answer
    assert ["southpeak.example"] == list(SiteAlias.objects.values_list("name", flat=True))


def test_change_of_the_zone_leaves_the_domain(owned):
    answer = asking(owned.user)("PUT", NORTHPEAK, {"timezone": "Asia/Tokyo"})

    assert (200, {"domain": "northpeak.example", "timezone": "Asia/Tokyo"}) == answer
    assert not SiteAlias.objects.exists()


def test_domain_of_another_site_is_not_taken(owned):
    SiteFactory(domain="taken.example")

    answer = asking(owned.user)("PUT", NORTHPEAK, {"domain": "taken.example"})

    assert (400, {"error": "Site with this Domain already exists."}) == answer
    assert "northpeak.example" == Site.objects.get(pk=owned.site.pk).domain


def test_deleted_site_takes_its_events_along(owned):
    EventFactory(site=owned.site)
    kept = EventFactory()

    answer = asking(owned.user)("DELETE", NORTHPEAK)

    assert (200, {"deleted": True}) == answer
    assert ([], [kept.pk]) == (
        list(Site.objects.filter(pk=owned.site.pk)),
        list(Event.objects.values_list("pk", flat=True)),
    )


@pytest.mark.parametrize("name", ["nowhere.example", "%00", "a" * 999, "%F0%9F%98%80"])
def test_site_that_is_not_there_is_not_found(owned, name):
    assert 404 == asking(owned.user)("GET", f"{SITES}/{name}")[0]
