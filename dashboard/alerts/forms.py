"""The form of an alert: each kind has the fields that mean something to it."""

from datetime import time
from typing import Any

from django import forms
from django.db import transaction

from dashboard.fields import Checks
from realtime.out.models import AlertReader, Threshold, words_of
from tracking.access import Right, people_with
from tracking.models import Site

MOST_ALERTS = 20
NUMBER, SPIKE, DROP, SILENCE, GOAL, ERRORS = Threshold.Watches
WINDOWS = (1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10080)
# Which of the fields, and which windows: the hot rows have an hour, and a minute's visitors are
# never usual.
FIELDS = {
    NUMBER: ("direction", "limit", "figure", "minutes"),
    SPIKE: ("limit", "minutes"),
    DROP: ("limit", "minutes"),
    SILENCE: ("minutes",),
    GOAL: ("goal", "direction", "limit", "minutes"),
    ERRORS: ("limit", "minutes"),
}
MINUTES = {
    NUMBER: (1, 60),
    SPIKE: (10, 1440),
    DROP: (10, 1440),
    SILENCE: (5, 10080),
    GOAL: (5, 10080),
    ERRORS: (5, 10080),
}
USUALLY = {
    NUMBER: {"limit": 100, "minutes": 5},
    SPIKE: {"limit": 200, "minutes": 30},
    DROP: {"limit": 50, "minutes": 60},
    SILENCE: {"minutes": 60},
    GOAL: {"limit": 10, "minutes": 60},
    ERRORS: {"limit": 20, "minutes": 60},
}
LIMITS = {
    SPIKE: (110, 100_000, "Per cent of what is usual at this time of the week, from 110."),
    DROP: (1, 90, "Per cent of what is usual at this time of the week, up to 90."),
}
TIMES = forms.TimeInput(attrs={"type": "time"}, format="%H:%M")


class AlertForm(forms.ModelForm):
    """`watches` is the kind, which does not change."""

    minutes = forms.TypedChoiceField(label="Counted over", coerce=int)
    people = forms.MultipleChoiceField(label="Mail to", widget=Checks, required=False)

    class Meta:
        model = Threshold
        fields = ["goal", "direction", "limit", "figure", "minutes", "quiet_from", "quiet_until"]
        labels = {
            "direction": "When there are",
            "limit": "Number",
            "figure": "Of",
            "quiet_from": "Quiet from",
            "quiet_until": "Quiet until",
        }
        widgets = {"quiet_from": TIMES, "quiet_until": TIMES}

    def __init__(self, *args: Any, watches: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.watches = Threshold.Watches(watches)
        for name in ("goal", "direction", "limit", "figure", "minutes"):
            if name not in FIELDS[self.watches]:
                del self.fields[name]
        self.set_up()

    def set_up(self) -> None:
        first, last = MINUTES[self.watches]
        fields: Any = self.fields
        windows = [each for each in WINDOWS if first <= each <= last]
        fields["minutes"].choices = [(each, words_of(each)) for each in windows]
        fields["people"].choices = [
            (str(pk), email) for pk, email in seeing(self.site).values_list("pk", "email")
        ]
        if self.watches in LIMITS:
            least, most, words = LIMITS[self.watches]
            fields["limit"].help_text = words
            fields["limit"].widget.attrs |= {"min": least, "max": most}
        if self.watches == GOAL:
            fields["goal"].queryset = self.site.goals.all()
            fields["goal"].required = True
            fields["goal"].empty_label = None
        if self.instance.pk:
            readers = self.instance.readers.values_list("user_id", flat=True)
            self.initial["people"] = [str(pk) for pk in readers]
        else:
            self.initial |= USUALLY[self.watches]

    @property
    def site(self) -> Site:
        return self.instance.site

    def clean_limit(self) -> int:
        limit = self.cleaned_data["limit"]
        least, most, words = LIMITS.get(self.watches, (0, limit, ""))
        if not least <= limit <= most:
            raise forms.ValidationError(words)
        return limit

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if not self.instance.pk and self.site.thresholds.count() >= MOST_ALERTS:
            raise forms.ValidationError(f"A site has at most {MOST_ALERTS} alerts.")
        start: time | None = given.get("quiet_from")
        if (start is None) != (given.get("quiet_until") is None):
            self.add_error("quiet_until", "Quiet hours have a beginning and an end, or neither.")
        return given

    @transaction.atomic
    def save_for(self, user: Any) -> Threshold:
        """Store it with its readers; whoever makes it is its owner."""
        alert = self.save(commit=False)
        alert.watches = self.watches
        alert.direction = direction_of(alert)
        if self.watches == SILENCE:
            alert.limit = 1
        if alert.pk is None:
            alert.owner = user
            alert.save()
        else:
            # Not as a whole: it may be looked at meanwhile.
            alert.save(update_fields=list(self.fields.keys() - {"people"}))
        AlertReader.objects.filter(threshold=alert).delete()
        AlertReader.objects.bulk_create(
            AlertReader(threshold=alert, user_id=int(pk)) for pk in self.cleaned_data["people"]
        )
        return alert


def direction_of(alert: Threshold) -> str:
    if alert.watches in (DROP, SILENCE):
        return Threshold.Direction.BELOW
    if alert.watches in (SPIKE, ERRORS):
        return Threshold.Direction.ABOVE
    return alert.direction


def seeing(site: Site) -> Any:
    """Who may be told."""
    return people_with(site.pk, Right.SEE).order_by("email")
