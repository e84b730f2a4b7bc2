"""Forms about a site."""

import zoneinfo

from django import forms

from tracking.models import Site
from tracking.models.sites import normalise_domain, validate_domain


def timezone_choices() -> list[tuple[str, str]]:
    """The zones that people choose from: UTC and those named after a place."""
    places = sorted(name for name in zoneinfo.available_timezones() if is_place(name))
    return [("UTC", "UTC"), *((name, name.replace("_", " ")) for name in places)]


def is_place(name: str) -> bool:
    area, _, place = name.partition("/")
    return bool(place) and area not in ("Etc", "SystemV", "US", "posix", "right")


class TimezoneField(forms.ChoiceField):
    def __init__(self, **kwargs: object) -> None:
        super().__init__(
            label="Time zone",
            choices=timezone_choices,
            initial="UTC",
            help_text="Days begin at midnight here.",
            **kwargs,
        )


class SiteForm(forms.ModelForm):
    """A new site."""

    # A field of its own, because a person may paste an address, longer than the domain in it.
    domain = forms.CharField(
        label="Domain",
        help_text="For example example.com. Sub-domains may share it.",
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}
        ),
    )
    timezone = TimezoneField(widget=forms.Select(attrs={"data-browser-timezone": True}))

    class Meta:
        model = Site
        fields = ["domain", "timezone"]

    def clean_domain(self) -> str:
        domain = normalise_domain(self.cleaned_data["domain"])
        validate_domain(domain)
        return domain


class SiteSettingsForm(forms.ModelForm):
    """What an owner may change later. The domain is not here: figures and snippets hang on it."""

    timezone = TimezoneField()

    class Meta:
        model = Site
        fields = ["timezone", "honour_opt_out"]


class DeleteForm(forms.Form):
    """Asks for the domain, because nothing brings a deleted site back."""

    domain = forms.CharField(label="Domain", widget=forms.TextInput(attrs={"autocomplete": "off"}))

    def __init__(self, *args: object, site: Site, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.fields["domain"].help_text = f"Type {site.domain} to confirm."

    def clean_domain(self) -> str:
        if normalise_domain(self.cleaned_data["domain"]) != self.site.domain:
            raise forms.ValidationError("This is not the domain of the site.")
        return self.site.domain
