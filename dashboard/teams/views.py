"""A person's teams, and the page of each."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from dashboard.access import team_view
from dashboard.accounts.confirming import confirm_first
from dashboard.teams import invitations
from dashboard.teams.forms import DeleteTeamForm, InviteForm, TeamForm
from dashboard.teams.invitations import Sent
from tracking import audit, teams
from tracking.access import Right, rights_of
from tracking.audit import Did, What
from tracking.models import Guest, Invitation, Member, Role, Team
from tracking.site_creation import make_team

MOST_TEAMS = 20


@login_required
def mine(request: HttpRequest) -> HttpResponse:
    """The teams of a person, a form for a new one, and the sites of which they are a guest."""
    rows = Member.objects.filter(user=request.user.pk).select_related("team")
    form = TeamForm(request.POST or None)
    if form.is_valid() and len(rows) >= MOST_TEAMS:
        form.add_error("name", f"A person is in at most {MOST_TEAMS} teams.")
    if form.is_valid():
        with transaction.atomic():
            team = make_team(request.user, form.cleaned_data["name"])
            audit.record(Did.ADDED, What.TEAM, team, by=request.user, team=team)
        return redirect("team", team.pk)
    visited = Guest.objects.filter(user=request.user.pk).select_related("site")
    return render(request, "teams/list.html", {"rows": rows, "visited": visited, "form": form})


@team_view(Right.SEE)
@require_safe
def team(request: HttpRequest, found: Team) -> HttpResponse:
    return page(request, found)


@team_view(Right.MANAGE)
@require_POST
def invite(request: HttpRequest, found: Team) -> HttpResponse:
    if request.POST.get("role") == Role.OWNER:
        confirm_first(request)
    form = InviteForm(request.POST, roles=teams.giveable(teams.role_in(request.user, found)))
    if not form.is_valid():
        return page(request, found, form)
    given, kind = form.cleaned_data, Invitation.Kind.MEMBER
    try:
        sent = invitations.invite(request.user, kind, given["email"], given["role"], team=found)
    except teams.Refused as refusal:
        return refused(request, found, refusal)
    # Answered at once, not after a redirect: nothing keeps a link's text until then.
    return page(request, found, sent=sent)


@team_view(Right.MANAGE)
@require_POST
def send_again(request: HttpRequest, found: Team, number: int) -> HttpResponse:
    row = get_object_or_404(invitations.open_ones(timezone.now(), found, None), pk=number)
    if row.role == Role.OWNER:
        confirm_first(request)
    try:
        check_giveable(request, found, row)
        return page(request, found, sent=invitations.send_again(row, request.user))
    except teams.Refused as refusal:
        return refused(request, found, refusal)


@team_view(Right.MANAGE)
@require_POST
def revoke(request: HttpRequest, found: Team, number: int) -> HttpResponse:
    row = get_object_or_404(invitations.open_ones(timezone.now(), found, None), pk=number)
    try:
        check_giveable(request, found, row)
        invitations.revoke(row, request.user)
    except teams.Refused as refusal:
        return refused(request, found, refusal)
    messages.success(request, "The invitation is revoked.")
    return redirect("team", found.pk)


def check_giveable(request: HttpRequest, found: Team, row: Invitation) -> None:
    if row.role not in teams.giveable(teams.role_in(request.user, found)):
        raise teams.Refused("Only an owner invites owners.")


@team_view(Right.MANAGE)
@require_POST
def change_role(request: HttpRequest, found: Team, member: int) -> HttpResponse:
    row = get_object_or_404(found.members.select_related("user", "team"), pk=member)
    role = request.POST.get("role", "")
    if Role.OWNER in (role, row.role):
        confirm_first(request)
    try:
        if role not in Role.values:
            raise teams.Refused("There is no such role.")
        teams.change_role(row, Role(role), request.user)
    except teams.Refused as refusal:
        return refused(request, found, refusal)
    messages.success(request, f"{row.user} is {row.get_role_display().lower()} now.")
    return redirect("team", found.pk)


@team_view(Right.MANAGE)
@require_POST
def remove(request: HttpRequest, found: Team, member: int) -> HttpResponse:
    """Others alone: whoever goes by themselves leaves."""
    others = found.members.exclude(user=request.user.pk).select_related("user", "team")
    row = get_object_or_404(others, pk=member)
    if row.role == Role.OWNER:
        confirm_first(request)
    try:
        teams.remove(row, request.user)
    except teams.Refused as refusal:
        return refused(request, found, refusal)
    messages.success(request, f"{row.user} is no longer in the team.")
    return redirect("team", found.pk)


@team_view(Right.SEE)
@require_POST
def leave(request: HttpRequest, found: Team) -> HttpResponse:
    try:
        teams.leave(found, request.user)
    except teams.Refused as refusal:
        return refused(request, found, refusal)
    messages.success(request, f"You have left {found}.")
    return redirect("teams")


@team_view(Right.OWN)
@require_POST
def rename(request: HttpRequest, found: Team) -> HttpResponse:
    before = found.name
    form = TeamForm(request.POST, instance=found)
    if not form.is_valid():
        found.name = before
        return refused(request, found, "A team needs a name of at most 80 characters.")
    with transaction.atomic():
        teams.lock(found)
        form.save()
        changed = {"name": [before, found.name]}
        audit.record(Did.CHANGED, What.TEAM, found, by=request.user, team=found, details=changed)
    messages.success(request, "The team has its new name.")
    return redirect("team", found.pk)


@team_view(Right.OWN)
def delete(request: HttpRequest, found: Team) -> HttpResponse:
    confirm_first(request)
    form = DeleteTeamForm(request.POST or None, team=found)
    if form.is_valid():
        teams.delete_team(found, request.user)
        messages.success(request, f"{found.name} is deleted.")
        return redirect("teams")
    return render(request, "teams/delete.html", {"team": found, "form": form})


def refused(request: HttpRequest, found: Team, why: object) -> HttpResponse:
    messages.error(request, str(why))
    return redirect("team", found.pk)


def page(
    request: HttpRequest, found: Team, form: InviteForm | None = None, sent: Sent | None = None
) -> HttpResponse:
    """`sent` is what became of an invitation that was just made."""
    own = teams.role_in(request.user, found)
    roles = teams.giveable(own)
    me = found.members.get(user=request.user.pk)
    context: dict[str, Any] = {
        "team": found,
        "rights": rights_of(own),
        "roles": roles,
        "members": found.members.select_related("user"),
        "only_owner": me if teams.is_last_owner(me) else None,
        "sites": found.sites.all(),
        "invitations": invitations.open_ones(timezone.now(), found, None),
        "form": form or InviteForm(roles=roles),
        "sent": sent,
    }
    return render(request, "teams/team.html", context)
