"""The page of whoever was invited."""

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache

from dashboard.teams.forms import TakeSiteForm
from realtime.out.models import Webhook
from realtime.subscriptions.models import Subscription
from tracking import teams
from tracking.models import ApiKey, Invitation, SharedLink, Site, Team

WELCOMES = {
    Invitation.Kind.MEMBER: "You are in the team {} now.",
    Invitation.Kind.GUEST: "You are a guest of {} now.",
    Invitation.Kind.SITE: "{} is in your team now.",
}
KEY = "invitation"  # in a session: the hash of the token, because a session is stored


def invitation_of(request: HttpRequest) -> Invitation | None:
    """The open invitation with which a browser came, if any."""
    token_hash = request.session.get(KEY)
    return teams.find_invitation(token_hash, timezone.now()) if token_hash else None


def invitation_for(request: HttpRequest, email: str) -> Invitation | None:
    """The one by which an account of the address is made, if any; raises `Refused`.

    Where registration is closed, one for another address lets nobody in.
    """
    found = invitation_of(request)
    if found is None or found.email in ("", email):
        return found
    if settings.REGISTRATION_OPEN:
        return None
    raise teams.Refused("This invitation is for another e-mail address.")


@never_cache
def invitation(request: HttpRequest) -> HttpResponse:
    """Who invited to what, and a button that accepts: `?token=…` once, then without it."""
    if "token" in request.GET:
        token_hash = Invitation.hash(request.GET["token"])
        # A session is stored: only for a link that opens something.
        if teams.find_invitation(token_hash, timezone.now()) is None:
            return dead(request)
        request.session[KEY] = token_hash
        return redirect("invitation")
    found = invitation_of(request)
    if found is None:
        return dead(request)
    form = team_form(request, found)
    if request.method == "POST":
        if not request.user.is_authenticated:
            return redirect(f"{reverse('account_login')}?next={reverse('invitation')}")
        if form is None or form.is_valid():
            return accept(request, found, form and form.cleaned_data.get("team"))
    anothers = request.user.is_authenticated and not teams.is_for(found, request.user)
    context = {"invitation": found, "form": form, "is_anothers": anothers}
    if found.site and found.kind == Invitation.Kind.SITE:
        context["comes"] = coming_with(found.site)
    return render(request, "teams/invitation.html", context)


def coming_with(site: Site) -> list[str]:
    """What goes on working for others when a site is handed over, with how many there are.

    Of the keys, those by which its guests read it; those of its old team lose it.
    """
    now = timezone.now()
    guests = site.guests.filter(user__is_active=True)
    counts = {
        "webhook": Webhook.objects.filter(site=site).count(),
        "shared link": SharedLink.valid(now).filter(site=site).count(),
        "guest": guests.count(),
        "mail subscriber": subscribers(site),
        "API key": ApiKey.living(now)
        .filter(Q(site=site) | Q(site=None), user__in=guests.values("user"))
        .count(),
    }
    return [f"{count} {name}{'s' if count > 1 else ''}" for name, count in counts.items() if count]


def subscribers(site: Site) -> int:
    """The addresses without an account that get its reports."""
    return Subscription.objects.filter(site=site, user=None, confirmed_at__isnull=False).count()


def dead(request: HttpRequest) -> HttpResponse:
    return render(request, "teams/invitation_dead.html", status=404)


def accept(request: HttpRequest, found: Invitation, team: Team | None) -> HttpResponse:
    try:
        teams.accept(found, request.user, timezone.now(), team)
    except teams.Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("invitation")
    except (Site.DoesNotExist, Team.DoesNotExist):  # deleted meanwhile
        return dead(request)
    del request.session[KEY]
    welcome = WELCOMES[Invitation.Kind(found.kind)]
    messages.success(request, welcome.format(found.team or found.site))
    return redirect("report", found.site.domain) if found.site else redirect("sites")


def team_form(request: HttpRequest, found: Invitation) -> TakeSiteForm | None:
    """Into which team an offered site goes, for whoever is signed in."""
    if found.kind != Invitation.Kind.SITE or not request.user.is_authenticated:
        return None
    return TakeSiteForm(request.POST if request.method == "POST" else None, user=request.user)
