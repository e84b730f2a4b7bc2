"""A team's page: its people, their roles, its name and its end."""

import pytest

from tests.factories import (
    GuestFactory,
    MemberFactory,
    SeatFactory,
    SiteFactory,
    TeamFactory,
    UserFactory,
)
from tracking import teams
from tracking.access import visible_sites
from tracking.models import Change, Member, Role, Site, Team

pytestmark = pytest.mark.django_db


def told(response) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


def signed_in(client, role: Role, team: Team | None = None) -> Member:
    member = MemberFactory(team=team or TeamFactory(), role=role)
    client.force_login(member.user)
    return member


def asked_to_be(client, member: Member, role: str):
    return client.post(f"/teams/{member.team.pk}/members/{member.pk}/role", {"role": role})


def role_now(member: Member) -> str:
    return Member.objects.get(pk=member.pk).role


@pytest.mark.parametrize(
    ("own", "before", "after", "expected"),
    [
        (Role.OWNER, Role.VIEWER, Role.OWNER, Role.OWNER),
        (Role.OWNER, Role.OWNER, Role.VIEWER, Role.VIEWER),
        (Role.ADMIN, Role.VIEWER, Role.ADMIN, Role.ADMIN),
        (Role.ADMIN, Role.ADMIN, Role.EDITOR, Role.EDITOR),
        (Role.ADMIN, Role.VIEWER, Role.OWNER, Role.VIEWER),
        (Role.ADMIN, Role.OWNER, Role.VIEWER, Role.OWNER),
        (Role.EDITOR, Role.VIEWER, Role.EDITOR, Role.VIEWER),
        (Role.VIEWER, Role.VIEWER, Role.EDITOR, Role.VIEWER),
    ],
)
def test_role_is_changed_by_whoever_may_give_and_take_it(client, own, before, after, expected):
    me = signed_in(client, own)
    MemberFactory(team=me.team)
    other = MemberFactory(team=me.team, role=before)

    asked_to_be(client, other, after)

    assert expected == role_now(other)


@pytest.mark.parametrize("role", [Role.VIEWER, Role.EDITOR, Role.ADMIN])
def test_nobody_makes_themselves_an_owner(client, role):
    me = signed_in(client, role)
    MemberFactory(team=me.team)

    asked_to_be(client, me, Role.OWNER)

    assert role == role_now(me)


def test_last_owner_stays_an_owner_and_in_the_team(client):
    me = signed_in(client, Role.OWNER)
    MemberFactory(team=me.team, role=Role.ADMIN)

    answers = [asked_to_be(client, me, Role.ADMIN), client.post(f"/teams/{me.team.pk}/leave")]

    sentence = "A team needs an owner. Make somebody else one first."
    assert ([sentence], Role.OWNER) == (told(answers[1])[-1:], role_now(me))


@pytest.mark.parametrize(("other", "offered"), [(Role.ADMIN, 0), (Role.OWNER, 1)])
def test_leaving_is_offered_to_whoever_may(client, other, offered):
    me = signed_in(client, Role.OWNER)
    MemberFactory(team=me.team, role=other)

    page = client.get(f"/teams/{me.team.pk}").content.decode()

    assert offered == page.count(f"/teams/{me.team.pk}/leave")


def test_last_owner_leaves_once_there_is_another(client):
    me = signed_in(client, Role.OWNER)
    MemberFactory(team=me.team)

    client.post(f"/teams/{me.team.pk}/leave")

    assert not Member.objects.filter(pk=me.pk).exists()


@pytest.mark.parametrize(
    ("own", "theirs", "stays"),
    [
        (Role.OWNER, Role.OWNER, False),
        (Role.ADMIN, Role.EDITOR, False),
        (Role.ADMIN, Role.OWNER, True),
        (Role.EDITOR, Role.VIEWER, True),
    ],
)
def test_person_is_removed_by_whoever_may_take_their_role(client, own, theirs, stays):
    me = signed_in(client, own)
    MemberFactory(team=me.team)
    other = MemberFactory(team=me.team, role=theirs)

    client.post(f"/teams/{me.team.pk}/members/{other.pk}/remove")

    assert stays == Member.objects.filter(pk=other.pk).exists()


def test_who_is_removed_sees_the_sites_no_more(client):
    me = signed_in(client, Role.OWNER)
    other = SeatFactory(site__team=me.team, role=Role.VIEWER)

    client.post(f"/teams/{me.team.pk}/members/{me.team.members.get(user=other.user).pk}/remove")

    client.force_login(other.user)
    assert 404 == client.get(f"/sites/{other.site.domain}/").status_code


def test_somebody_of_another_team_is_not_found(client):
    me, stranger = signed_in(client, Role.OWNER), MemberFactory(role=Role.VIEWER)

    answers = [
        client.post(f"/teams/{me.team.pk}/members/{stranger.pk}/{what}", {"role": "admin"})
        for what in ("role", "remove")
    ]

    assert ([404, 404], Role.VIEWER) == ([each.status_code for each in answers], role_now(stranger))


def test_role_that_there_is_not_is_refused(client):
    me = signed_in(client, Role.OWNER)
    other = MemberFactory(team=me.team, role=Role.VIEWER)

    answer = asked_to_be(client, other, "king")

    assert (["There is no such role."], Role.VIEWER) == (told(answer), role_now(other))


def test_new_team_is_its_makers(client):
    user = UserFactory()
    client.force_login(user)

    client.post("/teams", {"name": "Night shift"})

    team = Team.objects.get()
    assert ("Night shift", [(user.pk, "owner")]) == (
        team.name,
        list(team.members.values_list("user", "role")),
    )


def test_owner_renames_the_team_and_the_log_has_both_names(client):
    me = signed_in(client, Role.OWNER, TeamFactory(name="Before"))

    client.post(f"/teams/{me.team.pk}/rename", {"name": "After"})

    change = Change.objects.get()
    assert ("After", {"name": ["Before", "After"]}, me.team.pk) == (
        Team.objects.get().name,
        change.details,
        change.team_id,
    )


def test_team_goes_with_its_sites_once_its_name_is_typed(client):
    me = signed_in(client, Role.OWNER, TeamFactory(name="Old crew"))
    SiteFactory(team=me.team)
    kept = SiteFactory()

    client.post(f"/teams/{me.team.pk}/delete", {"name": "old"})
    before = Site.objects.count()
    client.post(f"/teams/{me.team.pk}/delete", {"name": "Old crew"})

    assert (2, [kept], [kept.team]) == (before, list(Site.objects.all()), list(Team.objects.all()))


def test_each_change_of_people_is_recorded_with_who_and_whom(client):
    me = signed_in(client, Role.OWNER)
    other = MemberFactory(team=me.team, role=Role.VIEWER)

    asked_to_be(client, other, Role.EDITOR)
    client.post(f"/teams/{me.team.pk}/members/{other.pk}/remove")

    rows = Change.objects.order_by("pk").values_list("did", "what", "by", "person", "details")
    assert [
        ("changed", "member", me.user.pk, other.user.pk, {"role": ["viewer", "editor"]}),
        ("deleted", "member", me.user.pk, other.user.pk, {}),
    ] == list(rows)


@pytest.mark.parametrize("way", ["leaves", "is removed"])
def test_who_is_out_of_the_team_is_no_guest_of_its_sites_either(client, way):
    me = signed_in(client, Role.OWNER)
    other = MemberFactory(team=me.team, role=Role.VIEWER)
    GuestFactory(site=SiteFactory(team=me.team), user=other.user)
    elsewhere = GuestFactory(user=other.user)

    if way == "leaves":
        client.force_login(other.user)
        client.post(f"/teams/{me.team.pk}/leave")
    else:
        client.post(f"/teams/{me.team.pk}/members/{other.pk}/remove")

    assert [elsewhere.site] == list(visible_sites(other.user))


def test_owner_with_a_closed_account_does_not_let_the_last_one_go(client):
    me = signed_in(client, Role.OWNER)
    MemberFactory(team=me.team, user=UserFactory(is_active=False))

    client.post(f"/teams/{me.team.pk}/leave")

    assert Role.OWNER == role_now(me)


@pytest.mark.parametrize("factory", [MemberFactory, GuestFactory])
def test_role_of_somebody_who_was_removed_meanwhile_brings_them_not_back(factory):
    by, row = UserFactory(), factory(role=Role.VIEWER)
    type(row).objects.filter(pk=row.pk).delete()

    with pytest.raises(teams.Refused):
        (teams.change_role if factory is MemberFactory else teams.change_guest)(
            row, Role.EDITOR, by
        )

    assert not type(row).objects.exists()


def test_role_that_changed_meanwhile_passes_no_rule():
    me = MemberFactory(role=Role.ADMIN)
    read = MemberFactory(team=me.team, role=Role.VIEWER)
    Member.objects.filter(pk=read.pk).update(role=Role.OWNER)

    with pytest.raises(teams.Refused):
        teams.change_role(read, Role.EDITOR, me.user)

    assert Role.OWNER == role_now(read)


def test_new_site_goes_to_the_chosen_team_of_several(client):
    me = signed_in(client, Role.OWNER)
    second = MemberFactory(user=me.user, role=Role.ADMIN).team
    seen = MemberFactory(user=me.user, role=Role.EDITOR).team
    site = {"domain": "new.example", "timezone": "UTC"}

    refused = client.post("/sites/new", {**site, "team": seen.pk})
    client.post("/sites/new", {**site, "team": second.pk})

    assert (200, second) == (refused.status_code, Site.objects.get().team)


def test_form_for_a_site_names_the_only_team(client):
    me = signed_in(client, Role.OWNER)

    assert f"goes to your team {me.team}" in client.get("/sites/new").content.decode()


def test_form_for_a_site_offers_a_new_team_before_one_that_is_managed_for_others(client):
    managed = signed_in(client, Role.ADMIN).team

    form = client.get("/sites/new").context["form"]
    choices = [label for _, label in form.fields["team"].choices]
    client.post("/sites/new", {"domain": "new.example", "timezone": "UTC", "team": ""})

    assert choices[0].startswith("A new team of yours, person")
    assert [managed.name] == choices[1:]
    assert managed != Site.objects.get().team
