"""Forms about a site."""

from typing import Any

from django import forms
from django.db import transaction

from dashboard.teams.forms import IntoATeam
from tracking.models import Site, SiteAlias
from tracking.models.sites import normalise_domain, timezones, validate_domain
from tracking.site_creation import team_of

AREAS = {
    "Africa",
    "America",
    "Antarctica",
    "Arctic",
    "Asia",
    "Atlantic",
    "Australia",
    "Europe",
    "Indian",
    "Pacific",
}
LISTS = (
    "allowed_hostnames",
    "blocked_pages",
    "blocked_addresses",
    "blocked_countries",
    "query_parameters",
)
MOST_ALIASES = 50
PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


def timezone_choices(current: str = "UTC") -> list[tuple[str, str]]:
    """UTC, the zones named after a place, and the one in use, whatever that is."""
    places = {name for name in timezones() if name.partition("/")[0] in AREAS}
    names = ["UTC", *sorted((places | {current}) - {"UTC"})]
    return [(name, name.replace("_", " ")) for name in names]


class TimezoneField(forms.ChoiceField):
    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label="Time zone",
            choices=timezone_choices,
            initial="UTC",
            help_text="Days begin at midnight here.",
            **kwargs,
        )


class SiteForm(IntoATeam, forms.ModelForm):
    """A new site."""

    # Longer than a domain may be, because a person may paste the address of a page.
    domain = forms.CharField(
        label="Domain",
        max_length=2000,
        help_text="Such as example.com, without www.",
        error_messages={"unique": "This domain is taken on this server."},
        widget=forms.TextInput(attrs={"autofocus": True, **PLAIN}),
    )
    timezone = TimezoneField()

    team = forms.ModelChoiceField(queryset=None, help_text="Its people see the site.")

    class Meta:
        model = Site
        fields = ["domain", "timezone", "team"]

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.offer_teams(user)
        if not self.is_bound:
            self.fields["timezone"].widget.attrs["data-browser-timezone"] = True

    def clean_domain(self) -> str:
        domain = normalise_domain(self.cleaned_data["domain"])
        validate_domain(domain)
        return domain

    @transaction.atomic
    def save(self, commit: bool = True) -> Site:
        if not self.cleaned_data.get("team"):
            self.instance.team = team_of(self.user)
        return super().save(commit)


class SiteSettingsForm(forms.ModelForm):
    """What an owner may change later. Not the domain: figures and snippets hang on it."""

    timezone = TimezoneField()

    class Meta:
        model = Site
        fields = ["timezone"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["timezone"].choices = timezone_choices(self.instance.timezone)


class RulesForm(forms.ModelForm):
    """Which hits of a site count; the lists have one entry a line."""

    class Meta:
        model = Site
        fields = [
            "bots",
            "allowed_hostnames",
            "blocked_pages",
            "blocked_addresses",
            "blocked_countries",
            "query_rule",
            "query_parameters",
        ]
        widgets = {name: forms.Textarea(attrs={"rows": 3, **PLAIN}) for name in LISTS}


class AliasForm(forms.ModelForm):
    """Another name for a site."""

    class Meta:
        model = SiteAlias
        fields = ["name"]
        labels = {"name": "Another name"}
        help_texts = {"name": "Such as an Umami website id, a Matomo number or an old domain."}
        widgets = {"name": forms.TextInput(attrs=PLAIN)}
        error_messages = {"name": {"unique": "This name is taken on this server."}}

    def clean(self) -> dict[str, Any]:
        if self.instance.site.aliases.count() >= MOST_ALIASES:
            raise forms.ValidationError(f"A site has at most {MOST_ALIASES} other names.")
        return super().clean() or {}


class ExportForm(forms.Form):
    """Which raw events to take out, and as what. Both days may be left open."""

    format = forms.ChoiceField(
        choices=[
            ("ndjson", "NDJSON, a JSON object a line"),
            ("csv", "CSV, for spreadsheets"),
            ("parquet", "Parquet, for databases"),
        ]
    )
    first = forms.DateField(
        label="From", required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    last = forms.DateField(
        label="To",
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
        help_text="Leave both empty for everything.",
    )

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, last = values.get("first"), values.get("last")
        if first and last and last < first:
            raise forms.ValidationError("The last day lies before the first.")
        return values


class DeleteForm(forms.Form):
    """Asks for the domain, because nothing brings a deleted site back."""

    domain = forms.CharField(label="Domain", widget=forms.TextInput(attrs=PLAIN))

    def __init__(self, *args: Any, site: Site, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.site = site
        self.fields["domain"].help_text = f"Type {site.domain} to confirm."

    def clean_domain(self) -> str:
        if normalise_domain(self.cleaned_data["domain"]) != self.site.domain:
            raise forms.ValidationError("This is not the domain of the site.")
        return self.site.domain
