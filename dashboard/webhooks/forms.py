"""Forms about a site's webhooks."""

from datetime import datetime
from typing import Any

from django import forms

from dashboard.fields import Checks
from realtime.out import events
from realtime.out.models import Form, Kind, Webhook
from tracking import outgoing
from tracking.outgoing import OutgoingError

MOST_HOOKS = 20
PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class WebhookForm(forms.ModelForm):
    """A webhook's address and what it is told of."""

    form = forms.ChoiceField(
        label="Format",
        choices=Form.choices,
        required=False,
        help_text="Slack's is for addresses that Slack, Mattermost and others give out.",
    )
    kinds = forms.MultipleChoiceField(
        label="What it is told of",
        choices=Kind.choices,
        initial=Kind.values,
        widget=Checks,
        error_messages={"required": "Choose what it is told of."},
    )

    class Meta:
        model = Webhook
        fields = ["url", "form", "kinds"]
        help_texts = {"url": "Where your program receives POST requests, such as https://…"}
        widgets = {"url": forms.TextInput(attrs={"inputmode": "url", **PLAIN})}

    def clean_url(self) -> str:
        url = self.cleaned_data["url"]
        try:
            outgoing.check(url)
        except OutgoingError as error:
            raise forms.ValidationError(str(error)) from None
        return url

    def clean_form(self) -> str:
        return self.cleaned_data["form"] or Form.EVENTS

    def clean_kinds(self) -> list[str]:
        """Slack has no words for the others."""
        if self.cleaned_data.get("form") == Form.SLACK:
            return [Kind.THRESHOLD.value]
        return self.cleaned_data["kinds"]

    def clean(self) -> dict[str, Any]:
        if not self.instance.pk and self.instance.site.webhooks.count() >= MOST_HOOKS:
            raise forms.ValidationError(f"A site has at most {MOST_HOOKS} webhooks.")
        return super().clean() or {}


class WebhookSettingsForm(WebhookForm):
    """What an owner may change later."""

    class Meta(WebhookForm.Meta):
        fields = ["url", "form", "kinds", "enabled"]
        labels = {"enabled": "Call this address"}

    def save(self, commit: bool = True) -> Webhook:
        hook = self.instance
        # Not saved as a whole: a delivery may be under way.
        changed = list(self.Meta.fields)
        if {"enabled", "url"} & set(self.changed_data):
            hook.failures, hook.failing_since, hook.paused_until = 0, None, None
            changed += ["failures", "failing_since", "paused_until"]
        if "enabled" in self.changed_data:
            # From now on: what happened meanwhile is in the report.
            hook.cursor = str(events.end())
            changed.append("cursor")
        if commit:
            hook.save(update_fields=changed)
        return hook


def new_hook(form: WebhookForm, user: Any, now: datetime) -> Webhook:
    """Store the form's webhook, which is told of what happens from now on."""
    hook = form.save(commit=False)
    hook.cursor, hook.moved_at, hook.created_by = str(events.end()), now, user
    hook.save()
    return hook
