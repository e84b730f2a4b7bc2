"""Links by which others see a report: making and deleting them, and opening one."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from csp.decorators import csp_replace
from django import forms
from django.contrib import messages
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.errors import too_many
from dashboard.fields import Checks
from dashboard.report.formats import day
from dashboard.report.periods import LATEST
from dashboard.report.place import THEMES, USUAL_PANELS, Place
from dashboard.report.question import read
from dashboard.report.segments import spelt_out, today
from dashboard.report.widgets import PANELS
from dashboard.room import Did, What, tell
from realtime.presence.online import online
from tracking.access import Right
from tracking.models import SharedLink, Site
from tracking.models.links import OPENED
from tracking.warehouse import QueryError

MOST_LINKS = 100
PUBLIC = "Public"
TRIES, WAIT = 10, timedelta(minutes=10)
PANEL_TITLES = {
    "sources": "Sources",
    "pages": "Pages",
    "places": "Places",
    "agents": "Devices",
    "goals": "Goals and properties",
}

View = Callable[..., HttpResponse]


class LinkForm(forms.Form):
    """A new link of a site."""

    name = forms.CharField(max_length=120, help_text="For yourself: who gets the link.")
    password = forms.CharField(
        required=False,
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text="Whoever opens the link is asked for it. Leave it empty to ask nobody.",
    )
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Leave it empty for a link that works until you delete it.",
    )
    panels = forms.MultipleChoiceField(
        label="Panels to show",
        error_messages={"required": "Choose at least one panel."},
        choices=[(name, PANEL_TITLES[name]) for name in PANELS],
        initial=USUAL_PANELS,
        widget=Checks,
        help_text="Besides the figures and the chart. Goals tell what the site earns.",
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site

    def clean_name(self) -> str:
        name = self.cleaned_data["name"]
        if self.site.links.filter(name=name, is_public=False).exists():
            raise forms.ValidationError("The site has a link of this name.")
        return name

    def clean_expires_on(self) -> Any:
        last = self.cleaned_data["expires_on"]
        if last and last < today(self.site):
            raise forms.ValidationError("This day has passed.")
        if last and last > LATEST:
            raise forms.ValidationError(f"The last day is {day(LATEST)} at the latest.")
        return last

    def clean(self) -> dict[str, Any]:
        if self.site.links.count() >= MOST_LINKS:
            raise forms.ValidationError(f"A site has at most {MOST_LINKS} links.")
        return super().clean() or {}

    def link(self, filters: list[Any], user: Any) -> SharedLink:
        """Make the link, which shows what these filters leave."""
        given = self.cleaned_data
        last = given["expires_on"]
        chosen = [] if set(given["panels"]) == set(USUAL_PANELS) else given["panels"]
        link = SharedLink(
            site=self.site,
            name=given["name"],
            expires_at=last and end_of(last, self.site),
            panels=chosen,
            filters=filters,
            created_by=user,
        )
        link.set_password(given["password"])
        link.save()
        return link


def end_of(last: Any, site: Site) -> datetime:
    return datetime.combine(last + timedelta(days=1), datetime.min.time(), site.zone)


@site_view(Right.MANAGE)
def sharing(request: HttpRequest, site: Site) -> HttpResponse:
    """The links of a site; a new one keeps the filters of the report from which one came here."""
    try:
        question = read(Place(site, request.user), request.GET, today(site))
        filters = spelt_out(question)
    except QueryError:
        return redirect("site_sharing", site.domain)
    form = LinkForm(request.POST or None, site=site)
    if form.is_valid():
        with transaction.atomic():
            link = form.link(filters, request.user)
            tell(request, site, Did.ADDED, What.LINK, link)
        messages.success(request, f"The link “{link}” is made. Copy it below.")
        return redirect("site_sharing", site.domain)
    context = {
        "site": site,
        "online": online(site.pk),
        "form": form,
        "question": question,
        "public": site.links.filter(is_public=True).first(),
        "links": [
            (link, request.build_absolute_uri(Place(site, link=link).url("report")))
            for link in site.links.filter(is_public=False).order_by("-pk")
        ],
        "public_url": request.build_absolute_uri(
            Place(site, link=SharedLink(site=site, is_public=True)).url("report")
        ),
        "now": timezone.now(),
    }
    return render(request, "report/sharing.html", context)


@site_view(Right.MANAGE)
@require_POST
def publish(request: HttpRequest, site: Site) -> HttpResponse:
    """Let everybody see the report, or nobody any more."""
    if "public" in request.POST:
        with transaction.atomic():
            SharedLink.objects.get_or_create(site=site, is_public=True, defaults={"name": PUBLIC})
            tell(request, site, Did.ADDED, What.LINK, PUBLIC)
        messages.success(request, "Everybody can see the report now.")
    else:
        with transaction.atomic():
            site.links.filter(is_public=True).delete()
            tell(request, site, Did.DELETED, What.LINK, PUBLIC)
        messages.success(request, "The report is no longer public.")
    return redirect("site_sharing", site.domain)


@site_view(Right.MANAGE)
@require_POST
def delete(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = get_object_or_404(site.links, pk=number)
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.LINK, found)
    messages.success(request, f"The link “{found}” no longer works.")
    return redirect("site_sharing", site.domain)


def shared_view(view: View) -> View:
    """For views `(request, place)` of an address with `<token>`, for whoever has the link.

    A link that asks for a password is answered with the form for it until the password was given.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, token: str, **kwargs: Any) -> HttpResponse:
        link = link_or_404(token)
        if not link.is_opened_in(request.session):
            return ask(request, link)
        theme = request.GET.get("theme", "")
        place = Place(
            link.site,
            AnonymousUser(),
            link,
            embedded=request.GET.get("embed") == "true",
            theme=theme if theme in THEMES else "",
        )
        if not place.embedded:
            return view(request, place, **kwargs)
        framed = csp_replace({"frame-ancestors": ["*"]})(xframe_options_exempt(view))
        response = framed(request, place, **kwargs)
        response["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    return wrapped


def link_or_404(token: str) -> SharedLink:
    try:
        return SharedLink.find(token, timezone.now())
    except SharedLink.DoesNotExist as error:
        raise Http404("No such link.") from error


def ask(request: HttpRequest, link: SharedLink, wrong: bool = False) -> HttpResponse:
    return render(request, "report/locked.html", {"link": link, "wrong": wrong}, status=403)


@require_POST
def unlock(request: HttpRequest, token: str) -> HttpResponse:
    """Take the password of a link, a few times in some minutes."""
    link = link_or_404(token)
    tried = f"link:{link.pk}:tries"
    cache.add(tried, 0, timeout=WAIT.total_seconds())
    if cache.incr(tried) > TRIES:
        return too_many(request, WAIT.total_seconds())
    if not link.is_opened_by(request.POST.get("password", "")):
        return ask(request, link, wrong=True)
    cache.delete(tried)
    request.session[OPENED] = {**request.session.get(OPENED, {}), str(link.pk): link.proof}
    return redirect(Place(link.site, link=link).url("report"))
