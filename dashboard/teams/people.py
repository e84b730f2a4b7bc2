"""A site's page of people: its team, its guests, and who is invited as one."""

from contextlib import suppress

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard import room
from dashboard.access import site_view
from dashboard.teams import invitations
from dashboard.teams.forms import InviteForm
from dashboard.teams.invitations import Sent
from realtime.presence.online import online
from tracking import teams
from tracking.access import Right
from tracking.models import Invitation, Role, Site

GUESTS = [Role.VIEWER, Role.EDITOR]


@site_view(Right.MANAGE)
@require_safe
def people(request: HttpRequest, site: Site) -> HttpResponse:
    return page(request, site)


@site_view(Right.MANAGE)
@require_POST
def invite(request: HttpRequest, site: Site) -> HttpResponse:
    form = InviteForm(request.POST, roles=GUESTS)
    if not form.is_valid():
        return page(request, site, form)
    given, kind = form.cleaned_data, Invitation.Kind.GUEST
    try:
        sent = invitations.invite(request.user, kind, given["email"], given["role"], site=site)
    except teams.Refused as refusal:
        return refused(request, site, refusal)
    return page(request, site, sent=sent)


@site_view(Right.MANAGE)
@require_POST
def send_again(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    row = get_object_or_404(guest_invitations(site), pk=number)
    try:
        return page(request, site, sent=invitations.send_again(row, request.user))
    except teams.Refused as refusal:
        return refused(request, site, refusal)


@site_view(Right.MANAGE)
@require_POST
def revoke(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    row = get_object_or_404(guest_invitations(site), pk=number)
    try:
        invitations.revoke(row, request.user)
    except teams.Refused as refusal:
        return refused(request, site, refusal)
    messages.success(request, "The invitation is revoked.")
    return redirect("people", site.domain)


@site_view(Right.MANAGE)
@require_POST
def change_role(request: HttpRequest, site: Site, guest: int) -> HttpResponse:
    row = get_object_or_404(site.guests.select_related("user", "site"), pk=guest)
    try:
        teams.change_guest(row, request.POST.get("role", ""), request.user)
    except teams.Refused as refusal:
        return refused(request, site, refusal)
    messages.success(request, f"{row.user} is {row.get_role_display().lower()} now.")
    return redirect("people", site.domain)


@site_view(Right.MANAGE)
@require_POST
def remove(request: HttpRequest, site: Site, guest: int) -> HttpResponse:
    row = get_object_or_404(site.guests.select_related("user", "site"), pk=guest)
    try:
        teams.remove_guest(row, request.user)
    except teams.Refused as refusal:
        return refused(request, site, refusal)
    messages.success(request, f"{row.user} is no longer a guest.")
    return redirect("people", site.domain)


@site_view(Right.SEE)
@require_POST
def leave(request: HttpRequest, site: Site) -> HttpResponse:
    """A guest's own way out; whoever is in the team still sees the site by that."""
    row = get_object_or_404(site.guests.select_related("user", "site"), user=request.user.pk)
    with suppress(teams.Refused):  # whoever was removed meanwhile has what they asked for
        teams.remove_guest(row, request.user)
    messages.success(request, f"You are no longer a guest of {site}.")
    return redirect("teams")


def guest_invitations(site: Site) -> QuerySet[Invitation]:
    found = invitations.open_ones(timezone.now(), None, site)
    return found.filter(kind=Invitation.Kind.GUEST)


def refused(request: HttpRequest, site: Site, why: object) -> HttpResponse:
    messages.error(request, str(why))
    return redirect("people", site.domain)


def page(
    request: HttpRequest, site: Site, form: InviteForm | None = None, sent: Sent | None = None
) -> HttpResponse:
    """`sent` is what became of an invitation that was just made."""
    if sent:
        # The page is of after it: its own line tells it no news of that.
        room.mark(request, site)
    context = {
        "site": site,
        "online": online(site.pk),
        "members": site.team.members.select_related("user"),
        "guests": site.guests.select_related("user"),
        "roles": GUESTS,
        "invitations": guest_invitations(site),
        "form": form or InviteForm(roles=GUESTS),
        "sent": sent,
    }
    return render(request, "teams/people.html", context)
