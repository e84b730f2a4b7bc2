"""Teams, the people of a site, invitations, and handing a site on."""

from django.urls import path

from dashboard.teams import handing_over, invited, people, views

urlpatterns = [
    path("invitation", invited.invitation, name="invitation"),
    path("teams", views.mine, name="teams"),
    path("teams/<int:team>", views.team, name="team"),
    path("teams/<int:team>/rename", views.rename, name="team_rename"),
    path("teams/<int:team>/delete", views.delete, name="team_delete"),
    path("teams/<int:team>/leave", views.leave, name="team_leave"),
    path("teams/<int:team>/invite", views.invite, name="team_invite"),
    path(
        "teams/<int:team>/invitations/<int:number>/send",
        views.send_again,
        name="team_invitation_send",
    ),
    path(
        "teams/<int:team>/invitations/<int:number>/revoke",
        views.revoke,
        name="team_invitation_revoke",
    ),
    path("teams/<int:team>/members/<int:member>/role", views.change_role, name="member_role"),
    path("teams/<int:team>/members/<int:member>/remove", views.remove, name="member_remove"),
    path("sites/<str:domain>/people", people.people, name="people"),
    path("sites/<str:domain>/people/leave", people.leave, name="guest_leave"),
    path("sites/<str:domain>/people/invite", people.invite, name="guest_invite"),
    path(
        "sites/<str:domain>/people/invitations/<int:number>/send",
        people.send_again,
        name="guest_invitation_send",
    ),
    path(
        "sites/<str:domain>/people/invitations/<int:number>/revoke",
        people.revoke,
        name="guest_invitation_revoke",
    ),
    path("sites/<str:domain>/people/<int:guest>/role", people.change_role, name="guest_role"),
    path("sites/<str:domain>/people/<int:guest>/remove", people.remove, name="guest_remove"),
    path("sites/<str:domain>/hand-over", handing_over.hand_over, name="site_hand_over"),
    path("sites/<str:domain>/hand-over/offer", handing_over.offer, name="site_offer"),
    path(
        "sites/<str:domain>/hand-over/offers/<int:number>/withdraw",
        handing_over.withdraw,
        name="site_offer_withdraw",
    ),
]
