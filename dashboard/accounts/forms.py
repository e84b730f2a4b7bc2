"""Forms about oneself."""

from django import forms
from django.contrib.auth.forms import AuthenticationForm, BaseUserCreationForm

from dashboard.accounts.models import User

EMAIL = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}


class SignInForm(AuthenticationForm):
    """Says the same for an unknown address as for a wrong password or a closed account."""

    username = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autofocus": True, **EMAIL})
    )
    error_messages = {
        "invalid_login": "The e-mail address and the password do not match an account here.",
        "inactive": "The e-mail address and the password do not match an account here.",
    }


class JoinForm(BaseUserCreationForm):
    """A new account. The message about an address in use does not say whose it is."""

    class Meta:
        model = User
        fields = ["email"]
        labels = {"email": "E-mail address"}
        widgets = {"email": forms.EmailInput(attrs=EMAIL)}
        error_messages = {
            "email": {
                "unique": "This address cannot be used. If it is yours, sign in instead.",
            }
        }
