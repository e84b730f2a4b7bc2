"""The page on which a person sees where they are signed in, and ends it."""

from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dashboard.accounts import log


@login_required
def sessions(request: HttpRequest) -> HttpResponse:
    """Newest first; those that ended by themselves are forgotten on the way."""
    found = UserSession.objects.purge_and_list(request.user)
    newest = sorted(found, key=lambda session: session.created_at, reverse=True)
    rows = [(session, log.browser(session.user_agent)) for session in newest]
    return render(request, "accounts/sessions.html", {"rows": rows})


@login_required
@require_POST
def end(request: HttpRequest, session: int) -> HttpResponse:
    """End one, which closes its live lines within half a minute too."""
    found = get_object_or_404(UserSession, pk=session, user=request.user)
    finish(request, [found])
    messages.success(request, f"{log.browser(found.user_agent)} is signed out.")
    return redirect("usersessions_list")


@login_required
@require_POST
def end_others(request: HttpRequest) -> HttpResponse:
    others = UserSession.objects.filter(user=request.user)
    finish(request, others.exclude(session_key=request.session.session_key))
    messages.success(request, "You are signed out everywhere else.")
    return redirect("usersessions_list")


def finish(request: HttpRequest, found: "list[UserSession]") -> None:
    for session in found:
        session.end()
        log.session_ended(request, session)
