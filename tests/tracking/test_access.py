import pytest

from tests.factories import (
    GuestFactory,
    MemberFactory,
    SeatFactory,
    SiteFactory,
    TeamFactory,
    UserFactory,
)
from tracking import access
from tracking.access import Right
from tracking.models import Role, SitePlace

pytestmark = pytest.mark.django_db

SEE, EDIT, MANAGE, OWN = Right
RIGHTS = {
    Role.VIEWER: {SEE},
    Role.EDITOR: {SEE, EDIT},
    Role.ADMIN: {SEE, EDIT, MANAGE},
    Role.OWNER: {SEE, EDIT, MANAGE, OWN},
}


def rights(user, site) -> set[Right]:
    return {right for right in Right if access.sites_with(user, right).filter(pk=site.pk).exists()}


@pytest.mark.parametrize(("role", "expected"), RIGHTS.items(), ids=list(RIGHTS))
def test_role_in_a_team_gives_its_rights_at_each_of_its_sites_and_no_other(role, expected):
    first = SeatFactory(role=role)
    second, strange = SiteFactory(team=first.site.team), SiteFactory()

    found = [rights(first.user, site) for site in (first.site, second, strange)]

    assert [expected, expected, set()] == found


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR])
def test_role_of_a_guest_gives_its_rights_at_one_site(role):
    guest = GuestFactory(role=role)
    beside = SiteFactory(team=guest.site.team)

    assert (RIGHTS[role], set()) == (rights(guest.user, guest.site), rights(guest.user, beside))


@pytest.mark.parametrize(
    ("in_team", "as_guest", "expected"),
    [(Role.ADMIN, Role.VIEWER, Role.ADMIN), (Role.VIEWER, Role.EDITOR, Role.EDITOR)],
    ids=["more in the team", "more as a guest"],
)
def test_who_is_both_in_the_team_and_a_guest_has_the_higher_role(in_team, as_guest, expected):
    seat = SeatFactory(role=in_team)
    GuestFactory(site=seat.site, user=seat.user, role=as_guest)

    assert (expected, RIGHTS[expected]) == (
        access.role_of(seat.user, seat.site),
        rights(seat.user, seat.site),
    )


def test_closed_account_has_no_right():
    seat = SeatFactory(user=UserFactory(is_active=False))

    assert (set(), None, []) == (
        rights(seat.user, seat.site),
        access.role_of(seat.user, seat.site),
        list(access.people_with(seat.site.pk, SEE)),
    )


def test_who_administers_the_server_is_an_outsider():
    site = SeatFactory().site
    admin = UserFactory(is_superuser=True, is_staff=True)

    assert (set(), None) == (rights(admin, site), access.role_of(admin, site))


@pytest.mark.parametrize(
    ("right", "expected"),
    [
        (SEE, ["admin", "editor", "guest", "owner", "viewer"]),
        (EDIT, ["admin", "editor", "owner"]),
        (MANAGE, ["admin", "owner"]),
        (OWN, ["owner"]),
    ],
    ids=list(Right),
)
def test_people_with_a_right_are_those_of_the_team_and_the_guests(right, expected):
    site = SiteFactory()
    for role in Role:
        SeatFactory(site=site, role=role, user__email=f"{role}@example.com")
    GuestFactory(site=site, user__email="guest@example.com")
    SeatFactory()

    found = access.people_with(site.pk, right).values_list("email", flat=True)

    assert expected == [email.partition("@")[0] for email in found]


def test_one_question_tells_all_sites_of_a_person(django_assert_num_queries):
    user = UserFactory()
    for _ in range(5):
        SeatFactory(user=user)
    GuestFactory(user=user)

    with django_assert_num_queries(1):
        assert 6 == len(access.ordered_sites(user))


def test_teams_with_a_right_are_those_in_which_the_role_has_it():
    user = UserFactory()
    owned, seen = TeamFactory(), TeamFactory()
    MemberFactory(team=owned, user=user)
    MemberFactory(team=seen, user=user, role=Role.EDITOR)
    MemberFactory()

    assert ([owned, seen], [owned]) == (
        list(access.teams_with(user, EDIT)),
        list(access.teams_with(user, MANAGE)),
    )


def test_order_is_the_persons_own():
    user = UserFactory()
    sites = {name: SeatFactory(user=user, site__domain=f"{name}.example").site for name in "abc"}
    for site in sites.values():
        MemberFactory(team=site.team)
    SitePlace.objects.create(site=sites["c"], user=user, position=1)
    SitePlace.objects.create(site=sites["b"], user=user, pinned=True)
    stranger = sites["a"].team.members.exclude(user=user).get().user
    SitePlace.objects.create(site=sites["a"], user=stranger, pinned=True)

    found = [(site.domain[0], site.pinned) for site in access.ordered_sites(user)]

    assert [("b", True), ("c", False), ("a", False)] == found
