import pytest
from django.contrib.messages import get_messages

from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tracking.models import Role, Segment

pytestmark = pytest.mark.django_db

SAVE = "/sites/site.example/segments/save"
GERMANS = [["is", "visit:country", ["DE"]]]


@pytest.fixture
def site():
    return SiteFactory(domain="site.example")


def sign_in(client, site, role=Role.OWNER):
    user = SeatFactory(site=site, role=role).user
    client.force_login(user)
    return user


def told(response) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_the_filters_of_a_report_become_a_segment_of_ones_own(client, site):
    user = sign_in(client, site)

    response = client.post(SAVE, {"name": "Germans", "f": "is,visit:country,DE", "period": "7d"})

    kept = Segment.objects.get()
    assert ("Germans", user, GERMANS) == (kept.name, kept.owner, kept.filters)
    assert f"/sites/site.example/?period=7d&segment={kept.pk}" == response["Location"]


def test_under_a_name_that_there_is_filters_take_the_old_ones_place(client, site):
    user = sign_in(client, site)
    Segment.objects.create(site=site, owner=user, name="Germans", filters=[])
    Segment.objects.create(site=site, name="Germans", filters=[])

    response = client.post(SAVE, {"name": "Germans", "f": "is,visit:country,DE"})

    assert [(None, []), (user.pk, GERMANS)] == sorted(
        Segment.objects.values_list("owner", "filters"), key=lambda row: row[0] or 0
    )
    assert ["“Germans” is changed."] == told(response)


def test_a_segment_saved_from_segments_has_their_filters_itself(client, site):
    sign_in(client, site)
    first = Segment.objects.create(site=site, name="Germans", filters=GERMANS)

    client.post(SAVE, {"name": "On a Mac", "segment": first.pk, "f": "is,visit:os,Mac"})

    kept = Segment.objects.get(name="On a Mac")
    assert [*GERMANS, ["is", "visit:os", ["Mac"]]] == kept.filters


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": "", "f": "is,visit:os,Mac"}, "A segment needs a name"),
        ({"name": "x" * 256, "f": "is,visit:os,Mac"}, "A segment needs a name"),
        ({"name": "Nothing"}, "Choose filters first"),
        ({"name": "Shoes", "f": "is,visit:shoe,42"}, "names no dimension"),
        ({"name": "All", "f": "is,event:goal,None"}, "is not one of this site's"),
        ({"name": "None", "segment": "99"}, "There is no segment “99” here."),
    ],
    ids=["no name", "long name", "no filters", "no dimension", "no goal", "no segment"],
)
def test_what_cannot_be_kept_is_refused_with_a_sentence(client, site, fields, sentence):
    sign_in(client, site)

    response = client.post(SAVE, fields)

    assert (0, True) == (Segment.objects.count(), sentence in told(response)[0])


def test_a_viewer_keeps_no_segment_for_everybody(client, site):
    fields = {"name": "Macs", "f": "is,visit:os,Mac", "shared": "on"}
    sign_in(client, site, Role.VIEWER)
    refused = client.post(SAVE, fields)
    sign_in(client, site)

    client.post(SAVE, fields)

    assert ["Only owners, admins and editors of the site keep segments for everybody."] == told(
        refused
    )
    assert [("Macs", None)] == list(Segment.objects.values_list("name", "owner"))


def test_a_report_of_a_segment_shows_what_it_leaves(client, site):
    sign_in(client, site)
    EventFactory(site=site, country="DE")
    EventFactory(site=site, country="AT")
    segment = Segment.objects.create(site=site, name="Germans", filters=GERMANS)

    response = client.get(f"/sites/site.example/?period=all&segment={segment.pk}")

    assert 1 == response.context["overview"].figures[0].value
    assert [("Germans", "/sites/site.example/?period=all")] == [
        (each.name, url) for each, url in response.context["segment_chips"]
    ]


def test_nobody_uses_the_segment_of_another_person_or_site(client, site):
    others = Segment.objects.create(site=site, owner=UserFactory(), name="Secret", filters=GERMANS)
    elsewhere = Segment.objects.create(site=SiteFactory(), name="Elsewhere", filters=GERMANS)
    sign_in(client, site)

    statuses = [
        client.get(f"/sites/site.example/?segment={each.pk}").status_code
        for each in (others, elsewhere)
    ]

    assert [400, 400] == statuses
    assert [] == list(client.get("/sites/site.example/segments").context["segments"])


def test_ones_own_segment_can_be_deleted_and_everybodys_by_owners_alone(client, site):
    user = sign_in(client, site, Role.VIEWER)
    mine = Segment.objects.create(site=site, owner=user, name="Mine", filters=GERMANS)
    ours = Segment.objects.create(site=site, name="Ours", filters=GERMANS)
    addresses = [f"/sites/site.example/segments/{each.pk}/delete" for each in (mine, ours)]

    statuses = [client.post(address).status_code for address in addresses]
    sign_in(client, site)
    statuses.append(client.post(addresses[1]).status_code)

    assert ([302, 404, 302], 0) == (statuses, Segment.objects.count())
