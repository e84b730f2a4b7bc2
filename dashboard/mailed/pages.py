"""The pages on which people choose the reports they get by mail, of a site and of a team."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from csp.constants import NONE, SELF, UNSAFE_INLINE
from csp.decorators import csp, csp_update
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_GET, require_POST, require_safe

from dashboard.mailed import choices, writing
from dashboard.mailed.forms import AddressForm, OwnForm
from dashboard.report import formats
from realtime.mail import outbox
from realtime.mail.letter import Letter
from realtime.presence.online import online
from realtime.subscriptions.due import ended, upcoming
from realtime.subscriptions.models import Rhythm, Subscription
from tracking.access import Right, rights_of, role_of
from tracking.models import Site, Team
from tracking.teams import role_in

Place = Site | Team

NO_MAIL = "This server sends no mail: its owner has to set EMAIL_URL."


def reports(request: HttpRequest, place: Place) -> HttpResponse:
    now = timezone.now()
    if request.method != "POST":
        return page(request, place, now)
    form = OwnForm(request.POST)
    if not form.is_valid():
        return page(request, place, now, own_form=form)
    choices.choose(request, place, set(form.cleaned_data["rhythm"]), now)
    messages.success(request, "Your choice is saved.")
    return redirect(writing.settings_path(place))


@require_POST
def add(request: HttpRequest, place: Place) -> HttpResponse:
    if not settings.SENDS_MAIL:
        messages.error(request, NO_MAIL)
        return redirect(writing.settings_path(place))
    now = timezone.now()
    form = AddressForm(request.POST, place=place)
    if not form.is_valid():
        return page(request, place, now, form)
    choices.add(request, place, form.cleaned_data, now)
    messages.success(request, "A mail asks that address whether it wants the report.")
    return redirect(writing.settings_path(place))


@require_POST
def remove(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    choices.remove(request, get_object_or_404(place.subscriptions, pk=number))
    messages.success(request, "The report is sent there no more.")
    return redirect(writing.settings_path(place))


@require_POST
def resume(request: HttpRequest, place: Place, number: int) -> HttpResponse:
    choices.resume(request, get_object_or_404(place.subscriptions, pk=number), timezone.now())
    messages.success(request, "The report is sent there again.")
    return redirect(writing.settings_path(place))


@require_POST
def send_now(request: HttpRequest, place: Place) -> HttpResponse:
    """The newest report, to the person who asks, beside what is due."""
    if not settings.SENDS_MAIL:
        messages.error(request, NO_MAIL)
        return redirect(writing.settings_path(place))
    letter = sample(request, place, request.POST.get("rhythm", ""))
    if letter is None:
        return redirect(writing.settings_path(place))
    outbox.keep(writing.template_of(place), letter)
    messages.success(request, f"A report is on its way to {letter.to}.")
    return redirect(writing.settings_path(place))


@require_safe
@csp_update({"frame-src": [SELF]})
def preview(request: HttpRequest, place: Place) -> HttpResponse:
    """Both bodies of the newest report, with the real figures."""
    rhythm = rhythm_of(request.GET.get("rhythm", ""))
    context = {
        **place_context(request, place),
        "rhythm": rhythm,
        "rhythms": Rhythm,
        "letter": sample(request, place, rhythm),
    }
    return render(request, "mailed/preview.html", context)


# Mails have their styles in their elements, which pages here may not.
@require_GET
@xframe_options_sameorigin
@csp(
    {
        "default-src": [NONE],
        "style-src": [UNSAFE_INLINE],
        "img-src": ["data:"],
        "frame-ancestors": [SELF],
        "form-action": [NONE],
        "base-uri": [NONE],
        "sandbox": [],
    }
)
def preview_mail(request: HttpRequest, place: Place) -> HttpResponse:
    """The HTML alone, as a mail program shows it."""
    letter = sample(request, place, request.GET.get("rhythm", ""))
    if letter is None:
        return HttpResponse("")
    picture = f"data:image/png;base64,{letter.picture}"
    return HttpResponse(letter.html.replace("cid:chart", picture))


def sample(request: HttpRequest, place: Place, rhythm: str) -> Letter | None:
    """What the person who asks would get now; None for a team without sites."""
    user, now = request.user, timezone.now()
    sites = writing.sites_of(place, user)
    if not sites:
        return None
    chosen = rhythm_of(rhythm)
    today = now.astimezone(user.zone).date()  # type: ignore[union-attr]
    span = ended(chosen, today, user.week_start)  # type: ignore[union-attr]
    report = writing.Report(place, chosen, span, user)
    return writing.written(report, sites, user.email, now)  # type: ignore[union-attr]


def rhythm_of(text: str) -> Rhythm:
    return Rhythm(text) if text in Rhythm.values else Rhythm.WEEKLY


def page(
    request: HttpRequest,
    place: Place,
    now: datetime,
    form: AddressForm | None = None,
    own_form: OwnForm | None = None,
) -> HttpResponse:
    user: Any = request.user
    rows = list(place.subscriptions.select_related("site", "team", "user"))
    mine = [row for row in rows if row.user_id == user.pk]
    sites = writing.sites_of(place, user)
    context = {
        **place_context(request, place),
        "own_form": own_form or OwnForm(initial={"rhythm": [row.rhythm for row in mine]}),
        "mine": [(row, when(row, now, sites, user.zone)) for row in mine],
        "others": [row for row in rows if row.user_id != user.pk],
        "form": form or AddressForm(place=place, initial={"timezone": user.timezone}),
        "has_sites": bool(sites),
        "sends_mail": settings.SENDS_MAIL,
    }
    return render(request, "mailed/reports.html", context)


def when(row: Subscription, now: datetime, sites: list[Site], zone: ZoneInfo) -> str:
    return formats.moment(upcoming(row, now, sites).astimezone(zone))


def place_context(request: HttpRequest, place: Place) -> dict[str, Any]:
    """`manages` says whether the person may add other people's addresses."""
    if isinstance(place, Site):
        rights = rights_of(role_of(request.user, place))
        more = {"site": place, "online": online(place.pk)}
    else:
        rights = rights_of(role_in(request.user, place))
        more = {"team": place}
    return {**more, "place": place, "manages": Right.MANAGE in rights}
