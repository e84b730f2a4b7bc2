"""Forms about oneself: allauth's, in this project's words."""

import struct
from typing import Any

from allauth.account import forms as allauth
from allauth.account.models import EmailAddress
from allauth.mfa.base import forms as codes
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn import forms as webauthn
from django import forms
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from dashboard.accounts.passwords import MOST_CHARACTERS
from dashboard.teams.invited import KEY, invitation_for
from tracking import teams

EMAIL = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}

LABELS = {
    "login": "E-mail address",
    "email": "E-mail address",
    "password": "Password",
    "oldpassword": "Current password",
    "password1": "New password",
    "password2": "New password again",
    "code": "Code",
}
HELP = {
    "password1": "At least 12 characters of any kind. A few words are easy to keep in mind.",
}
# What parsing a credential raises: its parts are JSON, base 64 and CBOR within each other.
NO_CREDENTIAL = (LookupError, AttributeError, TypeError, ValueError, struct.error, RecursionError)


class InOurWords(forms.Form):
    """Labels instead of placeholders, and no more help than helps."""

    labels: dict[str, str] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, field in self.fields.items():
            field.widget.attrs.pop("placeholder", None)
            field.label = {**LABELS, **self.labels}.get(name, field.label)
            field.help_text = HELP.get(name, "")
            if name in ("login", "email"):
                field.widget.attrs.update(EMAIL)
            if isinstance(field.widget, forms.PasswordInput):
                field.widget.attrs["maxlength"] = MOST_CHARACTERS


class SignInForm(InOurWords, allauth.LoginForm):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["login"].widget.attrs["autofocus"] = True


class JoinForm(InOurWords, allauth.SignupForm):
    """A new account. Where mail can be sent, an address in use is told by mail alone."""

    labels = {"password1": "Password", "password2": "Password again"}

    def try_save(self, request: HttpRequest) -> Any:
        """An invitation is accepted by joining, so that it makes one account. Raises `Refused`."""
        found = invitation_for(request, self.cleaned_data["email"])
        if self.account_already_exists:
            # Takes as long as making an account does.
            make_password(self.cleaned_data["password1"])
            return super().try_save(request)
        with transaction.atomic():
            user, answer = super().try_save(request)
            if found:
                teams.accept(found, user, timezone.now())
            if found and found.email and settings.SENDS_MAIL:
                # Its token was mailed to the address, and shown to nobody.
                EmailAddress.objects.filter(user=user, email=user.email).update(verified=True)
        request.session.pop(KEY, None)
        return user, answer


class NewEmailForm(InOurWords, allauth.AddEmailForm):
    labels = {"email": "New e-mail address"}


class ChangePasswordForm(InOurWords, allauth.ChangePasswordForm):
    pass


class SetPasswordForm(InOurWords, allauth.SetPasswordForm):
    pass


class ForgottenForm(InOurWords, allauth.ResetPasswordForm):
    pass


class NewPasswordForm(InOurWords, allauth.ResetPasswordKeyForm):
    pass


class ConfirmForm(InOurWords, allauth.ReauthenticateForm):
    pass


class CodeForm(InOurWords, codes.AuthenticateForm):
    labels = {"code": "Code of your app, or a recovery code"}


class ConfirmCodeForm(InOurWords, codes.ReauthenticateForm):
    labels = {"code": "Code of your app, or a recovery code"}


class AddAppForm(InOurWords, ActivateTOTPForm):
    labels = {"code": "The code that it shows"}


class AnyCredential(forms.Form):
    """Refuses what is no passkey's answer at all, on which its readers stumble in many ways."""

    def full_clean(self) -> None:
        try:
            super().full_clean()
        except NO_CREDENTIAL:
            self.add_error("credential", "This is no passkey.")


class PasskeyForm(AnyCredential, webauthn.LoginWebAuthnForm):
    pass


class SecondPasskeyForm(AnyCredential, webauthn.AuthenticateWebAuthnForm):
    pass


class ConfirmPasskeyForm(AnyCredential, webauthn.ReauthenticateWebAuthnForm):
    pass


class AddPasskeyForm(InOurWords, AnyCredential, webauthn.AddWebAuthnForm):
    """Each passkey signs in by itself, so each knows its owner by a finger, a face or a PIN."""

    labels = {"name": "Name"}
    name = forms.CharField(required=False, max_length=80)
    passwordless = forms.BooleanField(initial=True, widget=forms.HiddenInput)
