"""Passkeys, authenticator apps and recovery codes: allauth's views on this project's pages."""

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import reverse_lazy

from dashboard.accounts.views import Entrance


class Factors(base.IndexView):
    template_name = "accounts/factors.html"


class Second(Entrance, base.AuthenticateView):
    """Between the password and being signed in."""

    template_name = "accounts/second.html"


class ConfirmByCode(base.ReauthenticateView):
    template_name = "accounts/confirm.html"


class AddApp(totp.ActivateTOTPView):
    template_name = "accounts/app_add.html"


class RemoveApp(totp.DeactivateTOTPView):
    template_name = "accounts/app_remove.html"


class Codes(codes.ViewRecoveryCodesView):
    template_name = "accounts/codes.html"


class NewCodes(codes.GenerateRecoveryCodesView):
    template_name = "accounts/codes_new.html"


class ByPasskey(webauthn.LoginWebAuthnView):
    """What the browser needs to show a passkey, as JSON, and whom one signs in."""


class ConfirmByPasskey(webauthn.ReauthenticateWebAuthnView):
    template_name = "accounts/confirm_passkey.html"


class AddPasskey(webauthn.AddWebAuthnView):
    template_name = "accounts/passkey_add.html"


class RemovePasskey(webauthn.RemoveWebAuthnView):
    template_name = "accounts/passkey_remove.html"
    success_url = reverse_lazy("mfa_index")
