"""What django-allauth does differently here."""

from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import InvalidToken
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.accounts.addresses import pseudo_address
from dashboard.accounts.models import owner_exists
from dashboard.teams.invited import invitation_of
from realtime.mail import outbox
from tracking.ciphers import cipher

logger = structlog.get_logger(__name__)

# What the cipher of second factors is for.
FACTORS = "second factors"

NO_MATCH = "The e-mail address and the password do not match an account here."
WAYS_TO_CONFIRM = {
    "reauthenticate": "By your password",
    "mfa_reauthenticate": "By a code of your app",
    "mfa_reauthenticate:webauthn": "By a passkey",
}


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
        """Never before there is an owner, who opens it, or for those who were invited."""
        is_open = settings.REGISTRATION_OPEN or invitation_of(request) is not None
        return is_open and owner_exists()

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

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        methods = super().get_reauthentication_methods(user)
        return [{**method, "description": WAYS_TO_CONFIRM[method["id"]]} for method in methods]

    # Links lead to the server's public address, whatever host a request names, and have their
    # secrets in the query, which logs drop.

    def get_reset_password_from_key_url(self, key: str) -> str:
        user, _, token = key.partition("-")
        return link("password_link", user=user, token=token)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        return link("account_confirm_email", key=emailconfirmation.key)

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """By the template of that name among ours; `email` is told to it too."""
        name = template_prefix.rpartition("/")[2]
        if name == "unknown_account":
            # Strangers get no mail because somebody typed their address here. What an answer takes
            # must not tell so: the same is done for nobody.
            dead_link = link("password_link", user="0", token="0" * 39)
            name, email, context = "password_reset_key", "", {"password_reset_url": dead_link}
        outbox.send(name, email, {"email": email, **context})

    def send_account_already_exists_mail(self, email: str) -> None:
        self.send_mail("account_already_exists", email, {"link": link("account_reset_password")})


class FactorAdapter(DefaultMFAAdapter):
    """What is stored of second factors is encrypted under the server's secret key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or was used before.",
    }

    def encrypt(self, text: str) -> str:
        return cipher(FACTORS).encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What no key here reads is taken for a secret that nobody knows: every code is wrong."""
        try:
            return cipher(FACTORS).decrypt(encrypted_text).decode()
        except InvalidToken:
            logger.warning("second_factor_unreadable")
            return generate_totp_secret()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys hold for the public address, whatever host a request names."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": "Footfall"}


def link(name: str, **query: str) -> str:
    """The public address of a page."""
    return f"{settings.PUBLIC_URL}{reverse(name)}" + (f"?{urlencode(query)}" if query else "")
