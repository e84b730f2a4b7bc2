"""What django-allauth does differently here."""

from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.accounts.addresses import pseudo_address
from dashboard.accounts.models import owner_exists
from dashboard.accounts.post import post

NO_MATCH = "The e-mail address and the password do not match an account here."


class AccountAdapter(DefaultAccountAdapter):
    """Words, links and addresses of this project; a closed account is as one that is not there."""

    error_messages = DefaultAccountAdapter.error_messages | {
        "email_password_mismatch": NO_MATCH,
        "account_inactive": NO_MATCH,
        "email_taken": "This address cannot be used. If it is yours, sign in instead.",
        "duplicate_email": "This is your address already.",
        "enter_current_password": "This is not your current password.",
        "incorrect_password": "This is not your password.",
        "incorrect_code": "This code is not right, or was used before.",
        "too_many_login_attempts": "Too many tries. Wait some minutes, then try again.",
        "rate_limited": "Too many tries. Wait some minutes, then try again.",
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Never before there is an owner, who opens it."""
        return settings.REGISTRATION_OPEN and owner_exists()

    def authenticate(self, request: HttpRequest, **credentials: Any) -> AbstractBaseUser | None:
        user = super().authenticate(request, **credentials)
        return user if user and user.is_active else None

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        messages.error(request, NO_MATCH)
        return redirect("account_login")

    def get_client_ip(self, request: HttpRequest) -> str:
        """Never the real one: what this returns is counted by, and stored with sessions."""
        return pseudo_address(request)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("account")

    # Links lead to the server's public address, whatever host a request names, and have their
    # secrets in the query, which logs drop.

    def get_reset_password_from_key_url(self, key: str) -> str:
        user, _, token = key.partition("-")
        return link("password_link", user=user, token=token)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return link("account_confirm_email", key=emailconfirmation.key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        if not settings.SENDS_MAIL:
            return
        post(self.render_mail(template_prefix, email, {"email": email, **context}))

    def render_mail(
        self, template_prefix: str, email: Any, context: dict[str, Any], headers: Any = None
    ) -> Any:
        context = {**context, "public_url": settings.PUBLIC_URL}
        return super().render_mail(template_prefix, email, context, headers)

    def send_account_already_exists_mail(self, email: str) -> None:
        context = {"link": link("account_reset_password")}
        self.send_mail("account/email/account_already_exists", email, context)


def link(name: str, **query: str) -> str:
    """The public address of a page."""
    return f"{settings.PUBLIC_URL}{reverse(name)}" + (f"?{urlencode(query)}" if query else "")
