"""The form in which an owner says what counts as a goal."""

from typing import Any

from django import forms
from django.db import models

from dashboard.fields import Radios
from tracking.models import Goal
from tracking.models.goals import LONGEST_KEY, LONGEST_VALUE, MOST_PROPS

MOST_GOALS = 200
PLAIN = {"autocapitalize": "none", "autocomplete": "off", "spellcheck": "false"}


class Kind(models.TextChoices):
    """What reaches a goal, as its owner chooses it."""

    EVENT = "event", "A custom event happens"
    PAGE = "page", "A page is seen"
    SCROLL = "scroll", "A page is scrolled"


# Which field a kind cannot do without, and what to say where it is empty.
NEEDED = {
    Kind.EVENT: {"event_name": "Enter the name with which the page sends the event."},
    Kind.PAGE: {"page_path": "Enter the page's path, such as /pricing."},
    Kind.SCROLL: {
        "page_path": "Enter the page's path, such as /pricing.",
        "scroll_threshold": "Enter how far the page must be scrolled, in per cent.",
    },
}
# What only some kinds have; a field that is hidden for a kind counts as empty.
ONLY = {
    "event_name": {Kind.EVENT},
    "currency": {Kind.EVENT},
    "page_path": {Kind.PAGE, Kind.SCROLL},
    "scroll_threshold": {Kind.SCROLL},
}


class GoalForm(forms.ModelForm):
    """A new goal of the instance's site, or one that is there.

    Besides the model's fields it has `kind`, and the name and value of each property.
    """

    kind = forms.ChoiceField(
        label="It is reached when",
        choices=Kind.choices,
        initial=Kind.EVENT,
        widget=Radios,
    )

    class Meta:
        model = Goal
        fields = ["event_name", "page_path", "scroll_threshold", "currency", "display_name"]
        labels = {
            "event_name": "Name of the event",
            "page_path": "Path of the page",
            "scroll_threshold": "Scrolled to, in per cent",
            "display_name": "Name in reports",
            "currency": "Currency of its revenue",
        }
        help_texts = {
            "event_name": "Just as the page sends it, such as Signup.",
            "page_path": "Such as /pricing. A * stands for any text, as in /blog/*.",
            "scroll_threshold": "0 is the top of the page, 100 its end.",
            "display_name": "Empty takes a name by itself.",
            "currency": "Such as EUR, where the event has a revenue. Empty counts none.",
        }
        widgets = {
            "event_name": forms.TextInput(attrs=PLAIN),
            "page_path": forms.TextInput(attrs=PLAIN),
            "currency": forms.TextInput(attrs={**PLAIN, "autocapitalize": "characters"}),
            "display_name": forms.TextInput(attrs={"autocomplete": "off"}),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        goal = self.instance
        for number, (name, value) in enumerate(_padded(goal.props)):
            self._add_property(number, name, value)
        if goal.pk:
            self.initial["kind"] = kind_of(goal)

    def _add_property(self, number: int, name: str, value: str) -> None:
        self.fields[f"property_{number}"] = forms.CharField(
            label=f"Property {number + 1}",
            required=False,
            max_length=LONGEST_KEY,
            initial=name,
            widget=forms.TextInput(attrs={**PLAIN, "placeholder": "plan"}),
        )
        self.fields[f"value_{number}"] = forms.CharField(
            label="is",
            required=False,
            max_length=LONGEST_VALUE,
            initial=value,
            widget=forms.TextInput(attrs={**PLAIN, "placeholder": "pro"}),
        )

    @property
    def properties(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        """The fields of each property: its name and its value."""
        return [(self[f"property_{n}"], self[f"value_{n}"]) for n in range(MOST_PROPS)]

    @property
    def has_properties(self) -> bool:
        """Whether the fields of properties have something to show."""
        return any(field.value() or field.errors for pair in self.properties for field in pair)

    def clean_currency(self) -> str:
        return self.cleaned_data["currency"].strip().upper()

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        kind = given.get("kind")
        for name, kinds in ONLY.items():
            if kind and kind not in kinds:
                given[name] = None if name == "scroll_threshold" else ""
                # What a request leaves out is otherwise left as it was.
                setattr(self.instance, name, given[name])
                self.errors.pop(name, None)
        for name, sentence in NEEDED.get(kind, {}).items():
            if name not in self.errors and given.get(name) in (None, ""):
                self.add_error(name, sentence)
        self.instance.props = self._props(given)
        if not self.instance.pk and self.instance.site.goals.count() >= MOST_GOALS:
            raise forms.ValidationError(f"A site has at most {MOST_GOALS} goals.")
        return given

    def _props(self, given: dict[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for number in range(MOST_PROPS):
            name, value = given.get(f"property_{number}", ""), given.get(f"value_{number}", "")
            if name and not value:
                self.add_error(f"value_{number}", "Enter the value that the property must have.")
            elif value and not name:
                self.add_error(f"property_{number}", "Enter the property's name.")
            elif name in found:
                self.add_error(f"property_{number}", "This property is named twice.")
            elif name:
                found[name] = value
        return found

    def _post_clean(self) -> None:
        super()._post_clean()
        if not self.errors:
            self._check_others()

    def _check_others(self) -> None:
        """That no other goal of the site has the name, or counts just this."""
        goal = self.instance
        others = goal.site.goals.exclude(pk=goal.pk)
        if others.filter(display_name=goal.display_name).exists():
            self.add_error(
                "display_name", f"There is a goal “{goal.display_name}”. Choose another name."
            )
        elif same := goal.same_in(others):
            self.add_error(None, f"The goal “{same}” counts just this.")


def kind_of(goal: Goal) -> Kind:
    if goal.event_name:
        return Kind.EVENT
    return Kind.PAGE if goal.scroll_threshold is None else Kind.SCROLL


def _padded(props: dict[str, str]) -> list[tuple[str, str]]:
    """The properties, and empty ones up to as many as a goal may have."""
    return [*props.items(), *[("", "")] * MOST_PROPS][:MOST_PROPS]
