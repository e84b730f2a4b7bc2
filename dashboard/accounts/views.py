"""Signing in, joining, passwords and addresses: allauth's views on this project's pages."""

import time
from typing import Any

from allauth.account import views as allauth
from allauth.account.forms import UserTokenForm
from allauth.account.utils import perform_login
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.generic.base import ContextMixin

from dashboard.accounts import log
from dashboard.accounts.forms import JoinForm
from dashboard.accounts.models import SetupLink, owner_exists
from dashboard.accounts.setup import make_first_owner, vouch_for
from tracking.access import visible_sites
from tracking.teams import Refused

# Longer than it takes to make a link and the mail that carries it.
SECONDS_TO_WRITE = 0.1


class Entrance(ContextMixin):
    """What the pages for those outside are told."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        # allauth's "site" is the host, for which the bar would offer a report.
        context.pop("site", None)
        return context | {
            "registration_open": settings.REGISTRATION_OPEN,
            "owner_exists": owner_exists(),
            "sends_mail": settings.SENDS_MAIL,
        }


class SignIn(Entrance, allauth.LoginView):
    template_name = "accounts/sign_in.html"


class SignOut(allauth.LogoutView):
    """Only by a form: a link signs nobody out."""

    http_method_names = ["post"]


class Register(Entrance, allauth.SignupView):
    template_name = "accounts/register.html"

    def form_valid(self, form: Any) -> HttpResponse:
        try:
            return super().form_valid(form)
        except Refused as refusal:
            form.add_error(None, str(refusal))
            return self.form_invalid(form)

    def get_success_url(self) -> str:
        """Whoever came by an invitation has accepted it by then."""
        url = super().get_success_url()
        return reverse("sites") if url == reverse("invitation") else url

    def closed(self) -> HttpResponse:
        context = {"owner_exists": owner_exists()}
        return render(self.request, "accounts/register_closed.html", context, status=403)


@never_cache
def welcome(request: HttpRequest) -> HttpResponse:
    """The one-time link: whoever opens it becomes the first owner."""
    key = request.GET.get("key", "")
    if not SetupLink.works(key):
        return link_dead(request)
    form = JoinForm(request.POST or None)
    if form.is_valid() and form.account_already_exists:
        form.add_error("email", "This address cannot be used here.")
    if not form.is_valid():
        return render(request, "accounts/welcome.html", {"form": form})
    with transaction.atomic():
        if not SetupLink.claim(key):
            return link_dead(request)
        user = form.save(request)
        # The link was printed on the server, to which its reader has access.
        vouch_for(user)
        make_first_owner(user)
    target = "sites" if visible_sites(user).exists() else "site_add"
    return perform_login(request, user, redirect_url=redirect(target)["Location"], signup=True)


def link_dead(request: HttpRequest) -> HttpResponse:
    context = {"owner_exists": owner_exists()}
    return render(request, "accounts/link_dead.html", context, status=403)


class ForgottenPassword(Entrance, allauth.PasswordResetView):
    """Answers after the same time, whether or not there is somebody to write to."""

    template_name = "accounts/password_forgotten.html"

    def form_valid(self, form: Any) -> HttpResponse:
        ready = time.monotonic() + SECONDS_TO_WRITE
        answer = super().form_valid(form)
        time.sleep(max(0.0, ready - time.monotonic()))
        return answer


class ForgottenSent(Entrance, allauth.PasswordResetDoneView):
    template_name = "accounts/password_sent.html"


@never_cache
def password_link(request: HttpRequest) -> HttpResponse:
    """Where a link for setting a password leads: `?user=…&token=…`.

    allauth's own form of it has the token in the path, which logs keep; they drop the query.
    """
    user, token = request.GET.get("user", ""), request.GET.get("token", "")
    # A session is stored: only for a link that works.
    if UserTokenForm({"uidb36": user, "key": token}).is_valid():
        request.session[allauth.INTERNAL_RESET_SESSION_KEY] = token
    return redirect("account_reset_password_from_key", user if user.isalnum() else "0")


class NewPassword(Entrance, allauth.PasswordResetFromKeyView):
    """Sets the password of whoever came by a link, whose token is in the session."""

    template_name = "accounts/password_new.html"


class ChangePassword(allauth.PasswordChangeView):
    template_name = "accounts/password_change.html"


class FirstPassword(allauth.PasswordSetView):
    template_name = "accounts/password_change.html"


class Email(allauth.EmailView):
    template_name = "accounts/email.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"sends_mail": settings.SENDS_MAIL}


class EmailSent(Entrance, allauth.EmailVerificationSentView):
    template_name = "accounts/email_sent.html"


class ConfirmEmail(Entrance, allauth.ConfirmEmailView):
    """Where a link that shows an address to be somebody's leads: `?key=…`."""

    template_name = "accounts/email_confirm.html"

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, key=request.GET.get("key", ""), **kwargs)


class Confirm(Entrance, allauth.ReauthenticateView):
    template_name = "accounts/confirm.html"


@login_required
def account(request: HttpRequest) -> HttpResponse:
    """A person's own page: what there is to see and to change about oneself."""
    return render(request, "accounts/account.html", {"log": log.read(request.user)})
