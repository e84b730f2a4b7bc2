"""Notes on the charts of a site: the list, adding one, deleting one."""

from datetime import UTC, date, datetime, time
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from dashboard.access import site_view
from dashboard.report import formats
from dashboard.report.periods import EARLIEST, LATEST
from dashboard.report.segments import today
from dashboard.room import Did, What, tell
from realtime.presence.online import online
from tracking.access import Right
from tracking.models import Annotation, Site
from tracking.warehouse.periods import Period

MOST = 1000


class NoteForm(forms.Form):
    """A new note of a site, at a local day and perhaps a time of it."""

    text = forms.CharField(
        label="What happened", max_length=200, help_text="Such as a release or a campaign."
    )
    day = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}))
    clock = forms.TimeField(
        label="Time",
        required=False,
        widget=forms.TimeInput(attrs={"type": "time"}),
        help_text="Leave it empty for the whole day.",
    )

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, initial={"day": today(site).isoformat()}, **kwargs)
        self.site = site

    def clean_day(self) -> date:
        chosen = self.cleaned_data["day"]
        if not EARLIEST <= chosen <= LATEST:
            raise forms.ValidationError("No report shows this day.")
        return chosen

    def clean(self) -> dict[str, Any]:
        if self.site.annotations.count() >= MOST:
            raise forms.ValidationError(f"A site has at most {MOST} notes.")
        return super().clean() or {}

    def note(self, user: Any) -> Annotation:
        given = self.cleaned_data
        moment = datetime.combine(given["day"], given["clock"] or time(), self.site.zone)
        return Annotation.objects.create(
            site=self.site, time=moment.astimezone(UTC), text=given["text"], created_by=user
        )


@site_view(Right.EDIT)
def notes(request: HttpRequest, site: Site) -> HttpResponse:
    form = NoteForm(request.POST or None, site=site)
    if form.is_valid():
        with transaction.atomic():
            note = form.note(request.user)
            tell(request, site, Did.ADDED, What.NOTE, note)
        messages.success(request, f"“{note}” stands on the charts.")
        return redirect("notes", site.domain)
    rows = [
        (note, when(note.time.astimezone(site.zone)))
        for note in site.annotations.order_by("-time", "-pk")
    ]
    context = {"site": site, "online": online(site.pk), "form": form, "rows": rows}
    return render(request, "report/notes.html", context)


def when(moment: datetime) -> str:
    """The day, with the time unless it is midnight, at which a note of a whole day stands."""
    return formats.day(moment.date()) if moment.time() == time() else formats.moment(moment)


@site_view(Right.EDIT)
@require_POST
def delete(request: HttpRequest, site: Site, number: int) -> HttpResponse:
    found = get_object_or_404(site.annotations, pk=number)
    with transaction.atomic():
        found.delete()
        tell(request, site, Did.DELETED, What.NOTE, found)
    messages.success(request, f"“{found}” is deleted.")
    return redirect("notes", site.domain)


def notes_in(site: Site, period: Period) -> list[tuple[datetime, str]]:
    """The notes of a period, with their times in the site's zone."""
    found = Annotation.objects.filter(
        site=site, time__gte=period.start, time__lt=period.end
    ).values_list("time", "text")
    return [(moment.astimezone(site.zone), text) for moment, text in found]
