"""Teams, the people of a site, invitations, and handing a site on."""

from django.urls import path

from dashboard.teams import handing_over, invited, people, views

S = "sites/<str:domain>/"
T = "teams/<int:team>/"

urlpatterns = [
    path("invitation", invited.invitation, name="invitation"),
    path("teams", views.mine, name="teams"),
    path("teams/<int:team>", views.team, name="team"),
    path(f"{T}rename", views.rename, name="team_rename"),
    path(f"{T}delete", views.delete, name="team_delete"),
    path(f"{T}leave", views.leave, name="team_leave"),
    path(f"{T}invite", views.invite, name="team_invite"),
    path(f"{T}invitations/<int:number>/send", views.send_again, name="team_invitation_send"),
    path(f"{T}invitations/<int:number>/revoke", views.revoke, name="team_invitation_revoke"),
    path(f"{T}members/<int:member>/role", views.change_role, name="member_role"),
    path(f"{T}members/<int:member>/remove", views.remove, name="member_remove"),
    path(f"{S}people", people.people, name="people"),
    path(f"{S}people/leave", people.leave, name="guest_leave"),
    path(f"{S}people/invite", people.invite, name="guest_invite"),
    path(
        f"{S}people/invitations/<int:number>/send", people.send_again, name="guest_invitation_send"
    ),
    path(
        f"{S}people/invitations/<int:number>/revoke", people.revoke, name="guest_invitation_revoke"
    ),
    path(f"{S}people/<int:guest>/role", people.change_role, name="guest_role"),
    path(f"{S}people/<int:guest>/remove", people.remove, name="guest_remove"),
    path(f"{S}hand-over", handing_over.hand_over, name="site_hand_over"),
    path(f"{S}hand-over/offer", handing_over.offer, name="site_offer"),
    path(
        f"{S}hand-over/offers/<int:number>/withdraw",
        handing_over.withdraw,
        name="site_offer_withdraw",
    ),
]
