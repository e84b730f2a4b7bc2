"""Where the link of an alert leads, which is decided when somebody opens it."""

from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone

from dashboard.access import site_view
from dashboard.live import shown
from realtime.out.models import LONGEST_MINUTES
from tracking.access import Right
from tracking.models import Site
from tracking.warehouse import QueryError

LEAST_SHOWN = timedelta(minutes=30)
# The end of the year 2199 in milliseconds, as far as reports go.
LATEST = 7_258_118_400_000


class Then(forms.Form):
    """A moment in milliseconds since 1970, and the minutes before it that an alert counted."""

    moment = forms.IntegerField(min_value=0, max_value=LATEST)
    minutes = forms.IntegerField(min_value=1, max_value=LONGEST_MINUTES)


@site_view(Right.SEE)
def then(request: HttpRequest, site: Site) -> HttpResponse:
    """To the live page of then while that goes back so far, and afterwards to the report.

    An address that names no moment leads to the live page of now.
    """
    form = Then(request.GET)
    if not form.is_valid():
        return redirect("live", site.domain)
    try:
        asked = shown.read(site, request.GET, timezone.now())
    except QueryError:
        return redirect(report_of(site, request.GET.getlist("f"), **form.cleaned_data))
    return redirect(asked.url("live", moment=str(form.cleaned_data["moment"])))


def report_of(site: Site, filters: list[str], moment: int, minutes: int) -> str:
    """The report of the minutes that were counted, of half an hour at least."""
    end = datetime.fromtimestamp(moment // 1000, UTC)
    start = end - max(timedelta(minutes=minutes), LEAST_SHOWN)
    asked = [
        ("from", f"{start.astimezone(site.zone):%Y-%m-%dT%H:%M}"),
        ("to", f"{end.astimezone(site.zone):%Y-%m-%dT%H:%M}"),
        *(("f", each) for each in filters),
    ]
    return f"{reverse('report', args=[site.domain])}?{urlencode(asked, safe=':,/')}"
