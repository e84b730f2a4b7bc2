"""Forms about reports by mail."""

import hashlib
from typing import Any

from django import forms

from dashboard.fields import Checks
from dashboard.sites.forms import timezone_choices
from dashboard.teams.invitations import MOST_MAILS_TO_ONE, counted
from realtime.subscriptions.models import Rhythm, Subscription
from tracking.models import Site, Team

MOST_ADDRESSES = 50


class OwnForm(forms.Form):
    """What a person wants for themselves."""

    rhythm = forms.MultipleChoiceField(
        label="Send me a report", choices=Rhythm.choices, widget=Checks, required=False
    )


class AddressForm(forms.ModelForm):
    """An address without an account, which has to agree."""

    email = forms.EmailField(label="E-mail address", max_length=254)
    timezone = forms.ChoiceField(label="Time zone", choices=timezone_choices)

    class Meta:
        model = Subscription
        fields = ["email", "rhythm", "timezone"]

    def __init__(self, *args: Any, place: Site | Team, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place = place

    def clean_email(self) -> str:
        return self.cleaned_data["email"].lower()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        email, rhythm = given.get("email"), given.get("rhythm")
        if not email or not rhythm:
            return given
        theirs = self.place.subscriptions.filter(user=None)
        if theirs.filter(email=email, rhythm=rhythm, confirmed_at__isnull=False).exists():
            raise forms.ValidationError("This address gets that report already.")
        if theirs.exclude(email=email).count() >= MOST_ADDRESSES:
            raise forms.ValidationError(f"At most {MOST_ADDRESSES} addresses can be added.")
        # Nobody fills strangers' mailboxes from here.
        if counted(f"report:{hashlib.sha256(email.encode()).hexdigest()}") > MOST_MAILS_TO_ONE:
            raise forms.ValidationError(
                f"At most {MOST_MAILS_TO_ONE} mails a day ask one address. Wait until tomorrow."
            )
        return given
