"""Joining, and the links that are sent or printed. The rest is Django's own."""

from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import (
    INTERNAL_RESET_SESSION_TOKEN,
    LoginView,
    PasswordResetConfirmView,
)
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from dashboard.accounts.forms import JoinForm, SignInForm
from dashboard.accounts.models import SetupLink, owner_exists
from dashboard.accounts.setup import make_first_owner
from tracking.access import visible_sites


class SignIn(LoginView):
    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        context = super().get_context_data(
            **kwargs, registration_open=settings.REGISTRATION_OPEN, owner_exists=owner_exists()
        )
        # Django's own "site" is the host, for which the bar would offer a report.
        del context["site"]
        return context


@never_cache
def register(request: HttpRequest) -> HttpResponse:
    """Anybody may join where the server's owner opened it; never before there is an owner."""
    if not (settings.REGISTRATION_OPEN and owner_exists()):
        context = {"owner_exists": owner_exists()}
        return render(request, "accounts/register_closed.html", context, status=403)
    form = JoinForm(request.POST or None)
    if form.is_valid():
        login(request, form.save())
        return redirect("site_add")
    return render(request, "accounts/register.html", {"form": form})


@never_cache
def welcome(request: HttpRequest) -> HttpResponse:
    """The one-time link: whoever opens it becomes the first owner."""
    key = request.GET.get("key", "")
    if not SetupLink.works(key):
        return link_dead(request)
    form = JoinForm(request.POST or None)
    if form.is_valid():
        with transaction.atomic():
            if not SetupLink.claim(key):
                return link_dead(request)
            user = form.save()
            make_first_owner(user)
        login(request, user)
        return redirect("sites" if visible_sites(user).exists() else "site_add")
    return render(request, "accounts/welcome.html", {"form": form})


def link_dead(request: HttpRequest) -> HttpResponse:
    context = {"owner_exists": owner_exists()}
    return render(request, "accounts/link_dead.html", context, status=403)


@never_cache
def password_link(request: HttpRequest) -> HttpResponse:
    """Where a link for setting a password leads: `?user=…&token=…`.

    Django's own form of it has the token in the path, which logs keep; they drop the query.
    """
    request.session[INTERNAL_RESET_SESSION_TOKEN] = request.GET.get("token", "")
    return redirect(
        "password_reset_confirm",
        request.GET.get("user", "").replace("/", "") or "nobody",
        PasswordResetConfirmView.reset_url_token,
    )
