"""Links by which a wall is seen without an account: making, listing and revoking them."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.fields import Checks
from dashboard.report.formats import day
from dashboard.report.periods import LATEST
from tracking import audit
from tracking.access import visible_sites
from tracking.audit import Did, What
from tracking.models import WallLink

MOST_LINKS = 50


class WallLinkForm(forms.Form):
    """A new link of `user`."""

    name = forms.CharField(max_length=120, help_text="For yourself: where the wall hangs.")
    sites = forms.ModelMultipleChoiceField(
        queryset=None,
        required=False,
        widget=Checks,
        help_text="Choose none to show all of yours, those that you add later too.",
    )
    expires_on = forms.DateField(
        label="Last day",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="In UTC. Leave it empty for a link that works until you revoke it.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["sites"].queryset = visible_sites(user)  # type: ignore[attr-defined]

    def clean_expires_on(self) -> date | None:
        last = self.cleaned_data["expires_on"]
        if last and last < timezone.now().date():
            raise forms.ValidationError("This day has passed.")
        if last and last > LATEST:
            raise forms.ValidationError(f"The last day is {day(LATEST)} at the latest.")
        return last

    def clean(self) -> dict[str, Any]:
        if self.user.wall_links.count() >= MOST_LINKS:
            raise forms.ValidationError(f"An account has at most {MOST_LINKS} links.")
        return super().clean() or {}

    @transaction.atomic
    def link(self) -> WallLink:
        """Make the link."""
        given = self.cleaned_data
        last = given["expires_on"]
        link = WallLink.objects.create(
            owner=self.user,
            name=given["name"],
            all_sites=not given["sites"],
            expires_at=last and datetime.combine(last + timedelta(days=1), time(), UTC),
        )
        link.sites.set(given["sites"])
        audit.record(Did.ADDED, What.WALL, link, by=self.user)
        return link


@login_required
def links(request: HttpRequest) -> HttpResponse:
    form = WallLinkForm(request.POST or None, user=request.user)
    if form.is_valid():
        messages.success(request, f"The link “{form.link()}” is made. Copy it below.")
        return redirect("wall_links")
    mine = WallLink.objects.filter(owner=request.user.pk).prefetch_related("sites")
    rows = [
        (link, request.build_absolute_uri(reverse("shared_wall", args=[link.token])))
        for link in mine
    ]
    context = {"form": form, "rows": rows, "now": timezone.now()}
    return render(request, "wall/links.html", context)


@login_required
@require_POST
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    found = get_object_or_404(WallLink, owner=request.user.pk, pk=number)
    with transaction.atomic():
        found.delete()
        audit.record(Did.REVOKED, What.WALL, found, by=request.user)
    messages.success(request, f"“{found}” is revoked. Its walls go dark within half a minute.")
    return redirect("wall_links")
