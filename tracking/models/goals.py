"""What an owner wants visitors to do."""

from operator import attrgetter

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from tracking.models.money import validate_currency
from tracking.models.sites import Site

MOST_PROPS = 3
LONGEST_KEY = 300
LONGEST_VALUE = 2000


def validate_event_name(name: str) -> None:
    if name == "engagement":
        raise ValidationError("Engagement is no event that a goal can count.")


def validate_props(props: object) -> None:
    if not isinstance(props, dict) or len(props) > MOST_PROPS:
        raise ValidationError(f"Enter at most {MOST_PROPS} properties, each with its value.")
    for key, value in props.items():
        if not isinstance(value, str) or not value:
            raise ValidationError(f"The value of the property “{key}” must be a text.")
        if not 1 <= len(key) <= LONGEST_KEY or len(value) > LONGEST_VALUE:
            raise ValidationError(
                f"A property's name has 1 to {LONGEST_KEY} characters, its value at most"
                f" {LONGEST_VALUE}."
            )


class Goal(models.Model):
    """A custom event, a page that is seen, or a page that is scrolled down to some depth.

    Which of the three it is follows from what is set. `props` are properties that the event must
    have, each with its value.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="goals")
    event_name = models.CharField(
        max_length=120, blank=True, default="", validators=[validate_event_name]
    )
    page_path = models.CharField(
        max_length=500,
        blank=True,
        default="",
        help_text="Such as /pricing; * stands for any text, as in /blog/*.",
    )
    scroll_threshold = models.SmallIntegerField(
        null=True,
        blank=True,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text="How far down the page, in per cent. Empty counts every view of it.",
    )
    display_name = models.CharField(
        max_length=600, blank=True, help_text="How reports name it; empty takes a name by itself."
    )
    currency = models.CharField(
        max_length=3,
        blank=True,
        default="",
        validators=[validate_currency],
        help_text="Such as EUR, where the event has a revenue. Other currencies are not counted.",
    )
    props = models.JSONField("properties", blank=True, default=dict, validators=[validate_props])
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["display_name"]
        constraints = [
            models.UniqueConstraint(fields=["site", "display_name"], name="one_goal_a_name"),
            models.CheckConstraint(
                condition=models.Q(event_name="") ^ models.Q(page_path=""),
                name="goal_is_an_event_or_a_page",
                violation_error_message="Enter the name of an event or the path of a page.",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    def save(self, *args: object, **kwargs: object) -> None:
        self.display_name = self.display_name or self.own_name
        super().save(*args, **kwargs)  # type: ignore[arg-type]

    def clean(self) -> None:
        self.event_name = self.event_name.strip()
        self.page_path = self.page_path.strip()
        if self.page_path and not self.page_path.startswith("/"):
            self.page_path = f"/{self.page_path}"
        if self.currency and not self.event_name:
            raise ValidationError({"currency": "Only an event can have a revenue."})
        if self.scroll_threshold is not None and not self.page_path:
            raise ValidationError({"scroll_threshold": "Only a page can be scrolled."})
        self.display_name = self.display_name.strip() or self.own_name

    def same_in(self, goals: "models.QuerySet[Goal]") -> "Goal | None":
        """The one of these goals, if any, that counts what this one does, whatever it is called."""
        asked = ["currency"] if self.currency else []
        counted = attrgetter("event_name", "page_path", "scroll_threshold", "props", *asked)
        return next((goal for goal in goals if counted(goal) == counted(self)), None)

    @property
    def own_name(self) -> str:
        """What it is called where nobody named it, as at Plausible."""
        if self.event_name:
            return self.event_name
        if self.scroll_threshold is not None:
            return f"Scroll {self.scroll_threshold}% on {self.page_path}"
        return f"Visit {self.page_path}"
