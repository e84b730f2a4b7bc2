"""Webhooks, what they were told, and thresholds."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from realtime.out.signing import new_secret
from tracking.models import Site


class Kind(models.TextChoices):
    """The types of live events."""

    VISIT = "visit", "Visits"
    GOAL = "goal", "Goals"
    THRESHOLD = "threshold", "Thresholds"


# Of a delivery that an owner asks for, to see whether a receiver works.
TEST = "test"


def all_kinds() -> list[str]:
    return list(Kind.values)


class Webhook(models.Model):
    """An address that is told of a site's live events.

    `cursor` is the place among the live events up to where deliveries were made of them. After a
    failed attempt the webhook waits until `paused_until`; `failures` counts the attempts in a row
    that failed, the first of them at `failing_since`. Whoever sends for it holds it until
    `busy_until`.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="webhooks")
    url = models.CharField("address", max_length=2000)
    kinds = models.JSONField("events", default=all_kinds)
    enabled = models.BooleanField(default=True)
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    old_secret = models.CharField(max_length=100, blank=True, default="", editable=False)
    old_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)
    cursor = models.CharField(max_length=60, editable=False)
    moved_at = models.DateTimeField(
        default=timezone.now, editable=False, help_text="When the cursor last moved."
    )
    paused_until = models.DateTimeField(null=True, blank=True, editable=False)
    busy_until = models.DateTimeField(null=True, blank=True, editable=False)
    failures = models.PositiveIntegerField(default=0, editable=False)
    failing_since = models.DateTimeField(null=True, blank=True, editable=False)
    skipped_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When events were last left out."
    )

    # How long receivers may go on with a secret that was replaced.
    OLD_SECRET_LASTS = timedelta(hours=24)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.url

    @property
    def host(self) -> str:
        """What may be told of the address: the rest of it may hold a password or a token."""
        return urlsplit(self.url).hostname or ""

    def roll_secret(self, now: datetime) -> str:
        """Sign with a new secret from now on, and for a day with the one before besides."""
        self.old_secret, self.old_secret_until = self.secret, now + self.OLD_SECRET_LASTS
        self.secret = new_secret()
        self.save(update_fields=["secret", "old_secret", "old_secret_until"])
        return self.secret

    def secrets(self, now: datetime) -> list[str]:
        """Those with which messages are signed."""
        if self.old_secret and self.old_secret_until and now < self.old_secret_until:
            return [self.secret, self.old_secret]
        return [self.secret]


class Delivery(models.Model):
    """One event for one webhook: what is to be sent, and how it went."""

    class State(models.TextChoices):
        WAITING = "waiting", "Waiting"
        DELIVERED = "delivered", "Delivered"
        FAILED = "failed", "Failed"

    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="deliveries")
    event_id = models.CharField(max_length=60)
    kind = models.CharField(max_length=20)
    payload = models.TextField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(help_text="When it may be sent, while it waits.")
    tried_at = models.DateTimeField(null=True, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Of HTTP.")
    answer = models.TextField(blank=True, default="", help_text="The beginning of the answer.")
    error = models.TextField(blank=True, default="")
    took_ms = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "deliveries"
        constraints = [
            models.UniqueConstraint(fields=["webhook", "event_id"], name="one_delivery_an_event"),
        ]
        indexes = [
            # What a webhook has to send.
            models.Index(fields=["webhook", "state", "next_at"], name="delivery_due"),
            # The log that is too old.
            models.Index(fields=["created_at"], name="delivery_age"),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} for {self.webhook_id}"

    @property
    def message_id(self) -> str:
        """The same in each attempt: a receiver that knows it has had the message."""
        return f"msg_{self.webhook_id}_{self.event_id}"


class Threshold(models.Model):
    """A figure of a site that makes a live event when it crosses a limit.

    `crossed` from then on until the figure is back: see `realtime.out.thresholds`.
    """

    class Figure(models.TextChoices):
        ONLINE = "online", "Visitors online"
        PAGEVIEWS = "pageviews", "Pageviews"
        VISITS = "visits", "Visits"

    class Direction(models.TextChoices):
        ABOVE = "above", "More than"
        BELOW = "below", "Fewer than"

    site = models.ForeignKey(Site, models.CASCADE, related_name="thresholds")
    figure = models.CharField(max_length=10, choices=Figure, default=Figure.ONLINE)
    direction = models.CharField(max_length=5, choices=Direction, default=Direction.ABOVE)
    limit = models.PositiveIntegerField("number", validators=[MaxValueValidator(100_000_000)])
    minutes = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(60)]
    )
    crossed = models.BooleanField(default=False, editable=False)
    checked_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """Such as "More than 100 visitors online" or "Fewer than 5 visits in 10 minutes"."""
        figure = self.get_figure_display().lower()
        words = f"{self.get_direction_display()} {self.limit} {figure}"
        if self.figure == self.Figure.ONLINE:
            return words
        return f"{words} in {self.minutes} minutes" if self.minutes > 1 else f"{words} in a minute"


class Crossing(models.Model):
    """That a figure crossed a threshold. Its id is one of the event log's, so that it has its place
    among the events."""

    id = models.BigIntegerField(primary_key=True)
    site = models.ForeignKey(Site, models.CASCADE, related_name="crossings", db_index=False)
    time = models.DateTimeField()
    threshold = models.CharField(max_length=200, help_text="The threshold's name.")
    figure = models.CharField(max_length=10)
    direction = models.CharField(max_length=5)
    limit = models.PositiveIntegerField()
    minutes = models.PositiveSmallIntegerField()
    value = models.PositiveIntegerField()

    class Meta:
        ordering = ["id"]
        indexes = [
            # A site's live events from a cursor.
            models.Index(fields=["site", "id"], name="crossing_feed"),
        ]

    def __str__(self) -> str:
        return self.threshold
