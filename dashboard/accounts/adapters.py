"""What django-allauth does differently here."""

import hashlib
from base64 import urlsafe_b64encode
from typing import Any
from urllib.parse import urlencode, urlsplit

import structlog
from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import generate_totp_secret
from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from dashboard.accounts.addresses import pseudo_address
from dashboard.accounts.models import owner_exists
from dashboard.accounts.post import post
from dashboard.teams.invited import invitation_of

logger = structlog.get_logger(__name__)

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


class FactorAdapter(DefaultMFAAdapter):
    """What is stored of second factors is encrypted under the server's secret key."""

    error_messages = DefaultMFAAdapter.error_messages | {
        "incorrect_code": "This code is not right, or was used before.",
    }

    def encrypt(self, text: str) -> str:
        return cipher().encrypt(text.encode()).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """What no key here reads is taken for a secret that nobody knows: every code is wrong."""
        try:
            return cipher().decrypt(encrypted_text).decode()
        except InvalidToken:
            logger.warning("second_factor_unreadable")
            return generate_totp_secret()

    def generate_authenticator_name(self, user: Any, type: Authenticator.Type) -> str:
        count = Authenticator.objects.filter(user=user, type=type).count()
        return f"Passkey {count + 1}"

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys hold for the public address, whatever host a request names."""
        return {"id": urlsplit(settings.PUBLIC_URL).hostname or "", "name": "Footfall"}


def cipher() -> MultiFernet:
    """Encrypts under the secret key; what an earlier one encrypted is read as well."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = (hashlib.sha256(b"second factors " + secret.encode()).digest() for secret in secrets)
    return MultiFernet([Fernet(urlsafe_b64encode(key)) for key in keys])


def link(name: str, **query: str) -> str:
    """The public address of a page."""
    return f"{settings.PUBLIC_URL}{reverse(name)}" + (f"?{urlencode(query)}" if query else "")
