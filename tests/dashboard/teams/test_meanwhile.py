"""What was deleted between the moment when a request read it and the one when it is changed."""

import pytest
from django.http import Http404, HttpRequest
from django.test import RequestFactory
from django.utils import timezone

from dashboard.access import site_view, team_view
from dashboard.teams import invitations
from tests.factories import GuestFactory, MemberFactory, SeatFactory, TeamFactory, UserFactory
from tracking import teams
from tracking.access import Right
from tracking.models import Change, Guest, Invitation, Member, Role, Site, Team

pytestmark = pytest.mark.django_db

KIND = Invitation.Kind


def request_of(user) -> HttpRequest:
    request = RequestFactory().post("/")
    request.user = user
    return request


def invited(seat, kind=KIND.GUEST) -> Invitation:
    where = {"team": seat.site.team} if kind == KIND.MEMBER else {"site": seat.site}
    role = "" if kind == KIND.SITE else Role.VIEWER
    return Invitation.issue(
        timezone.now(), kind=kind, role=role, email="", made_by=seat.user, **where
    )[0]


TEAM_STEPS = {
    "deleting it": lambda team, by: teams.delete_team(team, by),
    "leaving it": lambda team, by: teams.leave(team, by),
    "inviting": lambda team, by: invitations.invite(by, KIND.MEMBER, "", Role.VIEWER, team=team),
}


@pytest.mark.parametrize("step", TEAM_STEPS.values(), ids=TEAM_STEPS)
def test_team_that_was_deleted_is_not_found(step):
    member = MemberFactory()

    @team_view(Right.OWN)
    def late(request, found):
        Team.objects.filter(pk=found.pk).delete()
        step(found, request.user)

    with pytest.raises(Http404):
        late(request_of(member.user), team=member.team.pk)

    assert (0, 0) == (Team.objects.count(), Change.objects.count())


SITE_STEPS = {
    "handing it over": lambda site, by: teams.hand_over(site, TeamFactory(), by),
    "offering it": lambda site, by: invitations.invite(by, KIND.SITE, "", site=site),
}


@pytest.mark.parametrize("step", SITE_STEPS.values(), ids=SITE_STEPS)
def test_site_that_was_deleted_is_not_found(step):
    seat = SeatFactory(site__domain="site.example")

    @site_view(Right.OWN)
    def late(request, site):
        Site.objects.filter(pk=site.pk).delete()
        step(site, request.user)

    with pytest.raises(Http404):
        late(request_of(seat.user), domain="site.example")

    assert (0, 0) == (Site.objects.count(), Change.objects.count())


def test_team_that_was_deleted_gets_no_site():
    seat, team = SeatFactory(), TeamFactory()
    before = seat.site.team_id
    Team.objects.filter(pk=team.pk).delete()

    with pytest.raises(Team.DoesNotExist):
        teams.hand_over(seat.site, team, seat.user)

    assert before == Site.objects.get().team_id


@pytest.mark.parametrize(
    "end",
    [
        lambda rows: rows.delete(),
        lambda rows: rows.update(accepted_at=timezone.now()),
        lambda rows: rows.update(revoked_at=timezone.now()),
    ],
    ids=["deleted", "accepted", "revoked"],
)
def test_invitation_that_has_ended_is_not_revoked(end):
    seat = SeatFactory()
    row = invited(seat)
    end(Invitation.objects.all())

    with pytest.raises(teams.Refused, match="used or revoked meanwhile"):
        invitations.revoke(row, seat.user)

    assert 0 == Change.objects.count()


def test_guest_who_has_gone_is_not_removed_again():
    seat = SeatFactory()
    guest = GuestFactory(site=seat.site)
    Guest.objects.all().delete()

    with pytest.raises(teams.Refused, match="no longer here"):
        teams.remove_guest(guest, seat.user)

    assert 0 == Change.objects.count()


@pytest.mark.parametrize(
    ("kind", "address"),
    [
        (KIND.MEMBER, "/teams/{team}/invitations/{number}/revoke"),
        (KIND.GUEST, "/sites/site.example/people/invitations/{number}/revoke"),
        (KIND.SITE, "/sites/site.example/hand-over/offers/{number}/withdraw"),
    ],
)
def test_person_is_told_that_an_invitation_has_ended(client, monkeypatch, kind, address):
    seat = SeatFactory(site__domain="site.example")
    client.force_login(seat.user)
    number = invited(seat, kind).pk
    revoke = invitations.revoke

    def late(row, by):
        Invitation.objects.all().delete()
        revoke(row, by)

    monkeypatch.setattr(invitations, "revoke", late)

    response = client.post(address.format(team=seat.site.team.pk, number=number), follow=True)

    assert (200, ["This invitation was used or revoked meanwhile."]) == (
        response.status_code,
        [str(message) for message in response.context["messages"]],
    )


@pytest.mark.parametrize("own", [False, True], ids=["by an admin", "by themselves"])
def test_guest_who_was_removed_meanwhile_breaks_no_page(client, monkeypatch, own):
    seat = SeatFactory(site__domain="site.example")
    guest = GuestFactory(site=seat.site, user=UserFactory())
    client.force_login(guest.user if own else seat.user)
    remove = teams.remove_guest

    def late(row, by):
        Guest.objects.all().delete()
        remove(row, by)

    monkeypatch.setattr(teams, "remove_guest", late)
    step = "leave" if own else f"{guest.pk}/remove"

    response = client.post(f"/sites/site.example/people/{step}")

    assert (302, 1) == (response.status_code, Member.objects.count())
