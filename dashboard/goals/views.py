"""The pages on which an owner says what visitors should do."""

from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.goals.forms import MOST_GOALS, GoalForm
from dashboard.goals.suggested import DAYS, suggested
from dashboard.room import Did, What, tell
from realtime.presence.online import online
from tracking.access import Right
from tracking.audit import changed_fields
from tracking.models import Goal, Site


@site_view(Right.EDIT)
def goals(request: HttpRequest, site: Site) -> HttpResponse:
    form = GoalForm(request.POST or None, instance=Goal(site=site))
    if form.is_valid():
        with transaction.atomic():
            goal = form.save()
            tell(request, site, Did.ADDED, What.GOAL, goal)
        messages.success(request, f"“{goal}” is a goal. Past visits count too.")
        return redirect("goals", site.domain)
    return page(request, site, form)


@site_view(Right.EDIT)
def goal(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = get_object_or_404(site.goals, pk=number)
    form = GoalForm(request.POST or None, instance=found)
    if form.is_valid():
        with transaction.atomic():
            form.save()
            tell(request, site, Did.CHANGED, What.GOAL, found, details=changed_fields(form))
        messages.success(request, f"The goal “{found}” is saved. Past visits are counted by it.")
        return redirect("goals", site.domain)
    # What was typed is in the form; the goal is as it was.
    kept = get_object_or_404(site.goals, pk=number)
    context = {"site": site, "online": online(site.pk), "form": form, "goal": kept}
    return render(request, "goals/goal.html", context)


@site_view(Right.EDIT)
@require_POST
def remove(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = get_object_or_404(site.goals, pk=number)
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.GOAL, found)
    messages.success(request, f"“{found}” is no goal any more. The events stay.")
    return redirect("goals", site.domain)


@site_view(Right.EDIT)
@require_POST
def accept(request: HttpRequest, site: Site) -> HttpResponse:
    """Make goals of suggested events: of the one that is named `event`, or of all."""
    wanted = request.POST.get("event")
    names = [each.name for each in suggested(site, timezone.now()) if wanted in (None, each.name)]
    room_left = max(MOST_GOALS - site.goals.count(), 0)
    added = [name for name in names[:room_left] if add(request, site, name)]
    if added:
        messages.success(request, f"Added: {', '.join(added)}. Past visits count too.")
    else:
        messages.info(request, "There was nothing left to add.")
    return redirect("goals", site.domain)


def add(request: HttpRequest, site: Site, event: str) -> bool:
    """Make a goal of an event, unless another goal has its name."""
    with transaction.atomic():
        made, is_new = Goal.objects.get_or_create(
            site=site, display_name=event, defaults={"event_name": event}
        )
        if is_new:
            tell(request, site, Did.ADDED, What.GOAL, made)
    return is_new


def page(request: HttpRequest, site: Site, form: GoalForm) -> HttpResponse:
    context: dict[str, Any] = {
        "site": site,
        "online": online(site.pk),
        "form": form,
        "goals": site.goals.all(),
        "suggested": suggested(site, timezone.now()),
        "days": DAYS,
    }
    return render(request, "goals/list.html", context)
