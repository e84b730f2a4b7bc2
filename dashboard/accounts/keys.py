"""The page on which a person makes, sees and revokes API keys."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from dashboard.fields import Checks
from tracking.models import ApiKey
from tracking.models.keys import Scope

MOST_KEYS = 50


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

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user

    def clean(self) -> dict[str, Any]:
        if self.user.api_keys.count() >= MOST_KEYS:
            raise forms.ValidationError(f"An account has at most {MOST_KEYS} keys.")
        return super().clean() or {}

    def issue(self) -> str:
        """Make the key; returns its text."""
        return ApiKey.issue(self.user, self.cleaned_data["name"], self.cleaned_data["scopes"])[1]


@login_required
def keys(request: HttpRequest) -> HttpResponse:
    form = KeyForm(request.POST or None, user=request.user)
    if form.is_valid():
        # Answered at once, not after a redirect: nothing keeps the key's text until then.
        return page(request, KeyForm(user=request.user), form.issue())
    return page(request, form)


@login_required
@require_POST
def revoke(request: HttpRequest, key: int) -> HttpResponse:
    found = ApiKey.objects.filter(user=request.user.pk, pk=key).first()
    if found is None:
        raise Http404("No such key.")
    found.delete()
    messages.success(request, f"{found.name} is revoked. Whoever uses it is refused from now on.")
    return redirect("keys")


def page(request: HttpRequest, form: KeyForm, key: str = "") -> HttpResponse:
    """`key` is the text of one that was just made."""
    rows = [(row, scope_labels(row)) for row in ApiKey.objects.filter(user=request.user.pk)]
    return render(request, "accounts/keys.html", {"form": form, "key": key, "rows": rows})


def scope_labels(key: ApiKey) -> list[str]:
    return [scope.label for scope in Scope if scope in key.scopes]
