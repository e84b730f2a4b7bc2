"""Forms about the privacy of a site's visitors."""

from typing import Any

from django import forms
from django.conf import settings

from dashboard.sites.forms import PLAIN
from tracking.models import Site


class PrivacyForm(forms.ModelForm):
    """What the owner chooses. To know visitors for longer asks for a word that this is meant."""

    is_meant = forms.BooleanField(
        label="I have considered what visitors must be told or asked",
        required=False,
        help_text="To know somebody for longer than a day, or by an id of yours, follows a person. "
        "Laws may ask for their consent first, and for a word in your privacy notice.",
    )

    field_order = ["visitor_days", "own_ids", "is_meant"]

    class Meta:
        model = Site
        fields = [
            "visitor_days",
            "own_ids",
            "place_precision",
            "honour_opt_out",
            "retention_days",
            "privacy_contact",
            "privacy_published",
        ]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if most := settings.RETENTION_DAYS:
            words = f"Empty: {most}, as this server keeps them; only fewer can be chosen."
        else:
            words = "Empty: until the site is deleted."
        retention = self.fields["retention_days"]
        retention.help_text = f"{words} Older visits are deleted each hour, for good."
        self.fields[
            "own_ids"
        ].help_text += (
            " A change holds at once: who is on your pages by such a name is counted as new."
        )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        longer = values.get("visitor_days", 0) > self.initial["visitor_days"]
        named = values.get("own_ids") and not self.initial["own_ids"]
        if (longer or named) and not values.get("is_meant"):
            self.add_error("is_meant", "Tick this to know visitors for longer.")
        return values


class VisitorForm(forms.Form):
    """Whom the data are of."""

    visitor = forms.CharField(
        label="The visitor's id",
        max_length=2000,
        strip=False,
        help_text="As your pages, servers or imported files send it. It is kept nowhere.",
        widget=forms.TextInput(attrs=PLAIN),
    )


class ExportVisitorForm(VisitorForm):
    format = forms.ChoiceField(
        choices=[
            ("ndjson", "NDJSON, a JSON object a line"),
            ("csv", "CSV, for spreadsheets"),
        ]
    )


class EraseVisitorForm(VisitorForm):
    is_final = forms.BooleanField(label="Erase it for good. Nothing brings it back.")
