"""The page on which a site's owner hands it to another team."""

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard import room
from dashboard.access import site_view
from dashboard.accounts.confirming import confirm_first
from dashboard.teams import invitations
from dashboard.teams.forms import EmailForm, HandToTeamForm
from dashboard.teams.invitations import Sent
from realtime.presence.online import online
from tracking import teams
from tracking.access import Right
from tracking.models import Invitation, Site


@site_view(Right.OWN)
def hand_over(request: HttpRequest, site: Site) -> HttpResponse:
    """At once, to a team in which the person manages sites; nobody else is asked."""
    confirm_first(request)
    form = HandToTeamForm(request.POST or None, teams=teams.other_teams(request.user, site))
    if form.is_valid():
        team = form.cleaned_data["team"]
        teams.hand_over(site, team, request.user)
        messages.success(request, f"{site.domain} is in the team {team} now.")
        return redirect("sites")
    return page(request, site, form)


@site_view(Right.OWN)
@require_POST
def offer(request: HttpRequest, site: Site) -> HttpResponse:
    """To another person, who has to accept it."""
    confirm_first(request)
    form = EmailForm(request.POST)
    if not form.is_valid():
        return page(request, site, offer_form=form)
    kind, email = Invitation.Kind.SITE, form.cleaned_data["email"]
    try:
        sent = invitations.invite(request.user, kind, email, site=site)
    except teams.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("site_hand_over", site.domain)
    return page(request, site, sent=sent)


@site_view(Right.OWN)
@require_POST
def withdraw(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    row = get_object_or_404(offers(site), pk=number)
    try:
        invitations.revoke(row, request.user)
        messages.success(request, "The offer is withdrawn.")
    except teams.Refused as refusal:
        messages.error(request, str(refusal))
    return redirect("site_hand_over", site.domain)


def offers(site: Site) -> QuerySet[Invitation]:
    found = invitations.open_ones(timezone.now(), None, site)
    return found.filter(kind=Invitation.Kind.SITE)


def page(
    request: HttpRequest,
    site: Site,
    form: HandToTeamForm | None = None,
    offer_form: EmailForm | None = None,
    sent: Sent | None = None,
) -> HttpResponse:
    """`sent` is what became of an offer that was just made."""
    if sent:
        # The page is of after it: its own line tells it no news of that.
        room.mark(request, site)
    mine = teams.other_teams(request.user, site)
    context = {
        "site": site,
        "online": online(site.pk),
        "teams": mine,
        "form": form or HandToTeamForm(teams=mine),
        "offer_form": offer_form or EmailForm(),
        "offers": offers(site),
        "sent": sent,
    }
    return render(request, "teams/hand_over.html", context)
