"""The page on which a person makes, sees, renames and revokes API keys."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST

from dashboard.accounts.confirming import confirm_first, is_confirmed
from dashboard.fields import Checks
from dashboard.report.formats import day
from dashboard.report.periods import LATEST
from tracking import audit
from tracking.access import visible_sites
from tracking.audit import Did, What
from tracking.models import ApiKey, Site
from tracking.models.keys import Scope

MOST_KEYS = 50
# How long before its end a key is said to end.
SOON = timedelta(days=7)
OWN_DAY = "day"


@dataclass(frozen=True)
class Row:
    """A key with what it may do, and the one site where, if its owner may see it.

    `state` is expired, ending or empty.
    """

    key: ApiKey
    scopes: list[str]
    state: str
    site: Site | None = None

    @classmethod
    def of(cls, key: ApiKey, now: datetime) -> "Row":
        state = ""
        if key.expires_at and key.expires_at <= now + SOON:
            state = "expired" if key.expires_at <= now else "ending"
        return cls(key, [scope.label for scope in Scope if scope in key.scopes], state, seen(key))


class NameForm(forms.Form):
    name = forms.CharField(max_length=80)


class KeyForm(forms.Form):
    """A new key of `user`."""

    name = forms.CharField(max_length=80, help_text="Such as the program that will use it.")
    scopes = forms.MultipleChoiceField(
        label="What it may do",
        choices=Scope.choices,
        initial=[Scope.STATS_READ],
        widget=Checks,
        help_text="At your own sites. Give it no more than its program needs.",
        error_messages={"required": "Choose what the key may do."},
    )
    site = forms.ModelChoiceField(
        queryset=None,
        required=False,
        label="Where",
        empty_label="At all of your sites",
        help_text="Give a program that needs one site a key for that one.",
    )
    expires = forms.ChoiceField(
        label="How long it works",
        choices=[
            ("30", "30 days"),
            ("90", "90 days"),
            ("365", "A year"),
            (OWN_DAY, "Until a day of your choice"),
            ("", "Until you revoke it"),
        ],
        initial="90",
        required=False,
    )
    last_day = forms.DateField(
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="In UTC, for a day of your choice.",
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["site"].queryset = visible_sites(user)  # type: ignore[attr-defined]

    def clean_last_day(self) -> date | None:
        last = self.cleaned_data["last_day"]
        if self.cleaned_data.get("expires") != OWN_DAY:
            return None
        if last is None:
            raise forms.ValidationError("Choose the day.")
        if last < timezone.now().date():
            raise forms.ValidationError("This day has passed.")
        if last > LATEST:
            raise forms.ValidationError(f"The last day is {day(LATEST)} at the latest.")
        return last

    def clean(self) -> dict[str, Any]:
        if self.user.api_keys.count() >= MOST_KEYS:
            raise forms.ValidationError(f"An account has at most {MOST_KEYS} keys.")
        return super().clean() or {}

    def expires_at(self, now: datetime) -> datetime | None:
        given = self.cleaned_data
        if given["last_day"]:
            return datetime.combine(given["last_day"] + timedelta(days=1), time(), UTC)
        return now + timedelta(days=int(given["expires"])) if given["expires"] else None

    @transaction.atomic
    def issue(self, now: datetime) -> str:
        """Make the key; returns its text."""
        given = self.cleaned_data
        row, key = ApiKey.issue(
            self.user, given["name"], given["scopes"], self.expires_at(now), given["site"]
        )
        audit.record(Did.ADDED, What.KEY, row, by=self.user, site=row.site, details=row.summary())
        return key


@login_required
def keys(request: HttpRequest) -> HttpResponse:
    """The keys, and the form for another for who has just shown that it is them."""
    if request.method == "POST" or "new" in request.GET:
        confirm_first(request)
    form = KeyForm(request.POST or None, user=request.user)
    if form.is_valid():
        # Answered at once, not after a redirect: nothing keeps the key's text until then.
        return page(request, KeyForm(user=request.user), form.issue(timezone.now()))
    return page(request, form)


@login_required
@require_POST
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    found = key_or_404(request, key)
    with transaction.atomic():
        audit.record(Did.REVOKED, What.KEY, found, by=request.user, site=seen(found))
        found.delete()
    messages.success(request, f"{found.name} is revoked. Whoever uses it is refused from now on.")
    return redirect("keys")


@login_required
@require_POST
def rename(request: HttpRequest, key: int) -> HttpResponse:
    found = key_or_404(request, key)
    form = NameForm(request.POST)
    if not form.is_valid():
        messages.error(request, "A key needs a name of at most 80 characters.")
        return redirect("keys")
    name = form.cleaned_data["name"]
    with transaction.atomic():
        details = audit.differences({"name": found.name}, {"name": name})
        found.name = name
        found.save(update_fields=["name"])
        audit.record(
            Did.CHANGED, What.KEY, found, by=request.user, site=seen(found), details=details
        )
    return redirect("keys")


def key_or_404(request: HttpRequest, number: int) -> ApiKey:
    found = ApiKey.objects.filter(user=request.user.pk, pk=number).first()
    if found is None:
        raise Http404("No such key.")
    return found


def seen(key: ApiKey) -> Site | None:
    """The key's site while its owner may see it: who lost a site writes nothing into its log."""
    return visible_sites(key.user).filter(pk=key.site_id).first() if key.site_id else None


def page(request: HttpRequest, form: KeyForm, key: str = "") -> HttpResponse:
    """`key` is the text of one that was just made."""
    mine = ApiKey.objects.filter(user=request.user.pk).select_related("user")
    rows = [Row.of(each, timezone.now()) for each in mine]
    shown = form if is_confirmed(request) else None
    return render(request, "accounts/keys.html", {"form": shown, "key": key, "rows": rows})
