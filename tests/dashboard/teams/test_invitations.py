"""Inviting to a team, to a site as a guest, and to take a site over; accepting."""

from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from dashboard.teams import invitations
from realtime.out.models import Webhook
from realtime.subscriptions.models import Subscription
from tests.factories import GuestFactory, MemberFactory, SeatFactory, SiteFactory, UserFactory
from tests.mail import delivered
from tracking.models import ApiKey, Change, Guest, Invitation, Member, Role, SharedLink, Site
from tracking.teams import Refused

pytestmark = pytest.mark.django_db


def told(response) -> list[str]:
    return [str(message) for message in response.wsgi_request._messages]


@pytest.fixture
def seat(client, settings):
    """The owner of a site, signed in; this server sends no mail."""
    settings.SENDS_MAIL = False
    seat = SeatFactory(site=SiteFactory(domain="site.example"))
    client.force_login(seat.user)
    return seat


def team_link(client, seat, role: str = Role.EDITOR, email: str = "") -> str:
    fields = {"role": role, "email": email}
    return client.post(f"/teams/{seat.site.team.pk}/invite", fields).context["sent"].link


def opened(client, user, link: str):
    """The page that somebody finds behind a link."""
    client.force_login(user)
    return client.get(link, follow=True)


def accepted(client, user, link: str):
    opened(client, user, link)
    return client.post("/invitation")


def test_link_is_shown_once_and_stored_as_a_hash(client, seat):
    link = team_link(client, seat)

    (token,) = parse_qs(urlsplit(link).query)["token"]
    row = Invitation.objects.get()
    assert (Invitation.hash(token), False) == (
        row.token_hash,
        token in client.get(f"/teams/{seat.site.team.pk}").content.decode(),
    )


def test_who_accepts_is_in_the_team_with_the_role(client, seat):
    link, user = team_link(client, seat), UserFactory()

    page = opened(client, user, link).content.decode()
    answer = client.post("/invitation")

    assert (True, "/sites/", Role.EDITOR) == (
        seat.user.email in page,
        answer["Location"],
        Member.objects.get(user=user).role,
    )


@pytest.mark.parametrize(
    "address", ["/invitation?token=guess", "/password/link?user=1&token=guess"]
)
def test_link_that_opens_nothing_leaves_no_session(client, address):
    client.get(address, follow=True)

    assert "sessionid" not in client.cookies


def test_link_works_once(client, seat):
    link, late = team_link(client, seat), UserFactory()
    accepted(client, UserFactory(), link)

    answer = opened(client, late, link)

    assert (404, False) == (answer.status_code, Member.objects.filter(user=late).exists())


@pytest.mark.parametrize("what", ["expired", "revoked", "renewed", "maker left", "maker demoted"])
def test_link_that_holds_no_more_opens_nothing(client, seat, time_machine, what):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    MemberFactory(team=seat.site.team)
    link, user, row = team_link(client, seat), UserFactory(), Invitation.objects.get()
    address = f"/teams/{seat.site.team.pk}/invitations/{row.pk}"
    if what == "expired":
        time_machine.move_to("2026-03-17T12:00:01Z", tick=False)
    elif what == "revoked":
        client.post(f"{address}/revoke")
    elif what == "renewed":
        client.post(f"{address}/send")
    elif what == "maker left":
        Member.objects.filter(user=seat.user).delete()
    else:
        Member.objects.filter(user=seat.user).update(role=Role.VIEWER)

    answer = opened(client, user, link)

    assert (404, 404, False) == (
        answer.status_code,
        client.post("/invitation").status_code,
        Member.objects.filter(user=user).exists(),
    )


def test_who_is_in_the_team_keeps_their_role_and_the_link_stays(client, seat):
    member = MemberFactory(team=seat.site.team, role=Role.VIEWER)

    answer = accepted(client, member.user, team_link(client, seat, Role.ADMIN))

    member.refresh_from_db()
    assert (["You are in this team already."], Role.VIEWER, None) == (
        told(answer),
        member.role,
        Invitation.objects.get().accepted_at,
    )


def test_invitation_to_an_address_is_for_its_account_alone(client, seat):
    link = team_link(client, seat, email="Ada@Example.com")
    ada, eve = UserFactory(email="ada@example.com"), UserFactory()

    refused = told(accepted(client, eve, link))
    accepted(client, ada, link)

    sentence = "This invitation is for another e-mail address. Sign in with the one it was sent to."
    assert ([sentence], [ada]) == (
        refused,
        [each.user for each in Member.objects.exclude(user=seat.user)],
    )


def test_page_of_an_invitation_for_another_address_offers_to_sign_out(client, seat):
    link = team_link(client, seat, email="ada@example.com")

    page = opened(client, UserFactory(), link).content.decode()

    assert (1, 0) == (page.count("is for another e-mail address"), page.count(">Accept<"))


@pytest.mark.parametrize("path", ["people/invite", "hand-over/offer"])
def test_who_made_an_invitation_is_told_no_news_of_it(client, seat, path):
    answer = client.post(f"/sites/site.example/{path}", {"role": Role.VIEWER, "email": ""})

    assert Change.objects.get().pk == answer.wsgi_request.change


def test_invitation_is_mailed_and_its_link_not_shown(client, seat, settings):
    settings.SENDS_MAIL = True

    page = client.post(
        f"/teams/{seat.site.team.pk}/invite", {"role": "viewer", "email": "ada@example.com"}
    )

    (message,) = delivered()
    assert ("Invitation to a team at Footfall", ["ada@example.com"]) == (
        message.subject,
        message.to,
    )
    assert ([seat.user.email], "", True, True) == (
        message.reply_to,
        page.context["sent"].link,
        "/invitation?token=" in message.body,
        seat.user.email in message.body,
    )


@pytest.fixture
def _mails(seat, settings):
    settings.SENDS_MAIL = True
    cache.clear()
    yield
    cache.clear()


@pytest.mark.usefixtures("_mails")
@pytest.mark.parametrize("what", ["revoke", "send"])
def test_one_address_gets_three_invitations_a_day(client, seat, time_machine, what):
    time_machine.move_to("2026-03-10T12:00:00Z", tick=False)
    team, fields = f"/teams/{seat.site.team.pk}", {"role": "viewer", "email": "ada@example.com"}
    for _ in range(3):
        client.post(f"{team}/invite", fields)
        if what == "revoke":
            client.post(f"{team}/invitations/{Invitation.objects.last().pk}/revoke")
    time_machine.move_to("2026-03-10T12:06:00Z", tick=False)
    last = Invitation.objects.last()

    again = f"{team}/invite" if what == "revoke" else f"{team}/invitations/{last.pk}/send"
    answer = client.post(again, fields)

    assert ("At most 3 invitations a day are sent to one address.", last) == (
        told(answer)[-1],
        Invitation.objects.last(),
    )


@pytest.mark.usefixtures("_mails")
def test_person_sends_so_many_invitations_a_day(client, seat, monkeypatch):
    monkeypatch.setattr(invitations, "MOST_MAILS_BY_ONE", 1)
    address = f"/teams/{seat.site.team.pk}/invite"
    client.post(address, {"role": "viewer", "email": "ada@example.com"})

    answer = client.post(address, {"role": "viewer", "email": "eve@example.com"})

    assert (["A person sends at most 1 invitations a day."], 1) == (
        told(answer),
        Invitation.objects.count(),
    )


def test_inviting_somebody_tells_nothing_of_accounts(client, seat):
    UserFactory(email="known@example.com")
    address = f"/teams/{seat.site.team.pk}/invite"

    pages = [
        client.post(address, {"role": "viewer", "email": f"{name}@example.com"})
        for name in ("known", "nobody")
    ]

    assert [200, 200] == [page.status_code for page in pages]
    assert all(page.context["sent"].link for page in pages)


def test_mail_is_not_sent_again_at_once(client, seat):
    team_link(client, seat, email="ada@example.com")
    row = Invitation.objects.get()

    answer = client.post(f"/teams/{seat.site.team.pk}/invitations/{row.pk}/send")

    assert ["This was sent a moment ago. Wait some minutes before you send it again."] == told(
        answer
    )


@pytest.mark.parametrize(
    ("own", "role", "made"),
    [
        (Role.ADMIN, Role.ADMIN, 1),
        (Role.ADMIN, Role.OWNER, 0),
        (Role.EDITOR, Role.VIEWER, 0),
        (Role.OWNER, Role.OWNER, 1),
    ],
)
def test_nobody_invites_to_a_role_that_they_may_not_give(client, seat, own, role, made):
    member = MemberFactory(team=seat.site.team, role=own)
    client.force_login(member.user)

    client.post(f"/teams/{seat.site.team.pk}/invite", {"role": role, "email": ""})

    assert made == Invitation.objects.count()


def test_admin_touches_no_invitation_of_an_owner(client, seat):
    team_link(client, seat, Role.OWNER)
    client.force_login(MemberFactory(team=seat.site.team, role=Role.ADMIN).user)
    row = Invitation.objects.get()

    answers = [
        client.post(f"/teams/{seat.site.team.pk}/invitations/{row.pk}/{what}")
        for what in ("send", "revoke")
    ]

    after = Invitation.objects.get()
    assert ([302, 302], row.token_hash, None) == (
        [each.status_code for each in answers],
        after.token_hash,
        after.revoked_at,
    )


def test_somebody_not_signed_in_reads_who_invited_and_comes_back(client, seat):
    link = team_link(client, seat)
    client.logout()

    page = client.get(link, follow=True).content.decode()
    answer = client.post("/invitation")

    assert (True, "/sign-in?next=/invitation") == (seat.user.email in page, answer["Location"])


@pytest.mark.parametrize(("invited", "status"), [(True, 200), (False, 403)])
def test_invitation_lets_its_holder_make_an_account_where_others_may_not(
    client, seat, settings, invited, status
):
    settings.REGISTRATION_OPEN = False
    UserFactory(is_superuser=True)
    link = team_link(client, seat)
    client.logout()
    if invited:
        client.get(link)

    assert status == client.get("/register").status_code


PASSWORDS = {"password1": "quiet-harbour-91", "password2": "quiet-harbour-91"}


def joined(link: str, email: str):
    client = Client()
    client.get(link)
    fields = {"email": email, "next": "/invitation", **PASSWORDS}
    return client.post("/register", fields)


@pytest.fixture
def _closed(settings):
    settings.REGISTRATION_OPEN = False
    UserFactory(is_superuser=True)


@pytest.mark.usefixtures("_closed")
def test_invitation_makes_one_account_which_has_accepted_it(client, seat):
    link = team_link(client, seat)

    answers = [joined(link, f"{name}@example.com") for name in ("ada", "eve")]

    assert ([302, 403], "/sites/", ["ada@example.com"]) == (
        [answer.status_code for answer in answers],
        answers[0]["Location"],
        [each.user.email for each in Member.objects.exclude(user=seat.user)],
    )


@pytest.mark.usefixtures("_closed")
def test_invitation_to_an_address_makes_no_account_of_another(client, seat):
    link = team_link(client, seat, email="ada@example.com")

    answer = joined(link, "eve@example.com")

    assert ({"__all__": ["This invitation is for another e-mail address."]}, False, None) == (
        answer.context["form"].errors,
        EmailAddress.objects.filter(email="eve@example.com").exists(),
        Invitation.objects.get().accepted_at,
    )


@pytest.mark.usefixtures("_closed")
@pytest.mark.parametrize(
    ("to", "confirmed"), [("ada@example.com", True), ("", False)], ids=["to an address", "a link"]
)
def test_address_is_shown_by_the_token_that_was_mailed_to_it(client, seat, settings, to, confirmed):
    link = team_link(client, seat, email=to)
    settings.SENDS_MAIL, settings.ACCOUNT_EMAIL_VERIFICATION = True, "mandatory"

    answer = joined(link, "ada@example.com")

    assert (confirmed, "/sites/" if confirmed else "/account/email/sent") == (
        EmailAddress.objects.get(email="ada@example.com").verified,
        answer["Location"],
    )


def test_guest_sees_the_site_and_no_other_of_the_team(client, seat):
    beside = SiteFactory(team=seat.site.team)
    fields = {"role": "viewer", "email": ""}
    link = client.post("/sites/site.example/people/invite", fields).context["sent"].link

    accepted(client, UserFactory(), link)

    assert (200, 404) == (
        client.get("/sites/site.example/").status_code,
        client.get(f"/sites/{beside.domain}/").status_code,
    )


@pytest.mark.parametrize("role", ["admin", "owner", "king"])
def test_guest_is_never_more_than_an_editor(client, seat, role):
    guest = GuestFactory(site=seat.site)

    client.post("/sites/site.example/people/invite", {"role": role, "email": ""})
    client.post(f"/sites/site.example/people/{guest.pk}/role", {"role": role})

    assert (0, Role.VIEWER) == (Invitation.objects.count(), Guest.objects.get().role)


def test_guest_becomes_an_editor_and_goes(client, seat):
    guest = GuestFactory(site=seat.site)

    client.post(f"/sites/site.example/people/{guest.pk}/role", {"role": "editor"})
    role = Guest.objects.get().role
    client.post(f"/sites/site.example/people/{guest.pk}/remove")

    assert (Role.EDITOR, 0) == (role, Guest.objects.count())


def test_guest_leaves(client, seat):
    client.force_login(GuestFactory(site=seat.site).user)

    client.post("/sites/site.example/people/leave")

    assert 0 == Guest.objects.count()


def test_site_goes_to_another_team_of_its_owner_at_once_and_keeps_its_guests(client, seat):
    GuestFactory(site=seat.site)
    colleague = MemberFactory(team=seat.site.team).user
    team = MemberFactory(user=seat.user, role=Role.ADMIN).team

    client.post("/sites/site.example/hand-over", {"team": team.pk})

    client.force_login(colleague)
    assert (team, 1, 404) == (
        Site.objects.get().team,
        Guest.objects.count(),
        client.get("/sites/site.example/").status_code,
    )


def test_site_goes_to_no_team_in_which_its_owner_does_not_manage(client, seat):
    seen = MemberFactory(user=seat.user, role=Role.EDITOR).team
    strange = MemberFactory().team

    for team in (seen, strange):
        client.post("/sites/site.example/hand-over", {"team": team.pk})

    assert seat.site.team == Site.objects.get().team


def test_offered_site_goes_to_a_team_of_whoever_accepts(client, seat):
    link = client.post("/sites/site.example/hand-over/offer", {"email": ""}).context["sent"].link
    ada = UserFactory(email="ada@example.com")

    answer = accepted(client, ada, link)

    team = Site.objects.get().team
    assert ("/sites/site.example/", "ada", [ada.pk]) == (
        answer["Location"],
        team.name,
        list(team.members.values_list("user", flat=True)),
    )


def test_who_has_several_teams_chooses_where_an_offered_site_goes(client, seat):
    link = client.post("/sites/site.example/hand-over/offer", {"email": ""}).context["sent"].link
    first = MemberFactory()
    second = MemberFactory(user=first.user).team
    opened(client, first.user, link)

    client.post("/invitation", {"team": second.pk})

    assert second == Site.objects.get().team


def test_invitation_that_was_used_meanwhile_is_not_sent_again(client, seat):
    team_link(client, seat)
    row = Invitation.objects.get()
    before = row.token_hash
    Invitation.objects.update(accepted_at=timezone.now())

    with pytest.raises(Refused):
        invitations.send_again(row, seat.user)

    assert before == Invitation.objects.get().token_hash


def offer_of(client, seat) -> str:
    page = client.post("/sites/site.example/hand-over/offer", {"email": ""})
    return page.context["sent"].link


def test_page_of_an_offered_site_says_what_comes_with_it(client, seat):
    now, other = timezone.now(), SiteFactory()
    guest = GuestFactory(site=seat.site).user
    GuestFactory(site=seat.site)
    Webhook.objects.create(site=seat.site, url="https://example.com/hook")
    SharedLink.objects.create(site=seat.site, name="Board")
    SharedLink.objects.create(site=seat.site, name="Old", expires_at=now)
    for user, site in ((guest, seat.site), (guest, None), (guest, other), (seat.user, None)):
        ApiKey.issue(user, site=site)
    ApiKey.issue(guest, expires_at=now)
    for email, agreed in (("board@example.com", now), ("asked@example.com", None)):
        Subscription.objects.create(site=seat.site, email=email, confirmed_at=agreed)

    page = opened(client, UserFactory(), offer_of(client, seat)).content.decode()

    wanted = "1 webhook, 1 shared link, 2 guests, 1 mail subscriber, 2 API keys."
    assert f"until you end them: {wanted}" in page


def test_page_of_an_offered_site_with_nothing_beside_it_names_nothing(client, seat):
    page = opened(client, UserFactory(), offer_of(client, seat)).content.decode()

    assert ("offers you the site" in page, "come with it" in page) == (True, False)


def test_offer_that_is_withdrawn_moves_nothing(client, seat):
    link = client.post("/sites/site.example/hand-over/offer", {"email": ""}).context["sent"].link
    row = Invitation.objects.get()
    client.post(f"/sites/site.example/hand-over/offers/{row.pk}/withdraw")

    assert (404, seat.site.team) == (
        opened(client, UserFactory(), link).status_code,
        Site.objects.get().team,
    )


def test_handing_over_ends_what_the_old_team_offered(client, seat):
    fields = {"role": "viewer", "email": ""}
    link = client.post("/sites/site.example/people/invite", fields).context["sent"].link
    team = MemberFactory(user=seat.user).team

    client.post("/sites/site.example/hand-over", {"team": team.pk})

    assert 404 == opened(client, UserFactory(), link).status_code
