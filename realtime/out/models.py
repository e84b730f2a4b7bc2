"""Webhooks, what they were told, and thresholds."""

from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils import timezone

from realtime.out.signing import new_secret
from tracking.models import Goal, Site

LONGEST_MINUTES = 7 * 24 * 60
LENGTHS = (("day", 1440), ("hour", 60), ("minute", 1))


class Kind(models.TextChoices):
    """The types of live events."""

    VISIT = "visit", "Visits"
    GOAL = "goal", "Goals"
    THRESHOLD = "threshold", "Alerts"


class Form(models.TextChoices):
    """How a webhook is told."""

    EVENTS = "events", "Live events"
    SLACK = "slack", "Slack's format, for alerts"


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

    Form = Form

    site = models.ForeignKey(Site, models.CASCADE, related_name="webhooks")
    url = models.CharField("address", max_length=2000)
    form = models.CharField(
        "format", max_length=10, choices=Form, default=Form.EVENTS, db_default=Form.EVENTS
    )
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
    """An alert: a figure of a site that is told of when it crosses a limit.

    `watches` says which. `limit` is a number, or with SPIKE and DROP per cent of what is usual;
    SILENCE has none. `minutes` is the time over which is counted. `crossed` from then on until the
    figure is back: see `realtime.out.thresholds`. Between `quiet_from` and `quiet_until`, in the
    owner's time zone, nothing is told.
    """

    class Watches(models.TextChoices):
        NUMBER = "number", "A number"
        SPIKE = "spike", "More visitors than usual"
        DROP = "drop", "Fewer visitors than usual"
        SILENCE = "silence", "No hits"
        GOAL = "goal", "A goal"
        ERRORS = "errors", "Error pages"

    class Figure(models.TextChoices):
        ONLINE = "online", "Visitors online"
        PAGEVIEWS = "pageviews", "Pageviews"
        VISITS = "visits", "Visits"

    class Direction(models.TextChoices):
        ABOVE = "above", "More than"
        BELOW = "below", "Fewer than"

    site = models.ForeignKey(Site, models.CASCADE, related_name="thresholds")
    watches = models.CharField(
        max_length=10, choices=Watches, default=Watches.NUMBER, db_default=Watches.NUMBER
    )
    figure = models.CharField(max_length=10, choices=Figure, default=Figure.ONLINE)
    direction = models.CharField(max_length=5, choices=Direction, default=Direction.ABOVE)
    limit = models.PositiveIntegerField("number", validators=[MaxValueValidator(100_000_000)])
    minutes = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1), MaxValueValidator(LONGEST_MINUTES)]
    )
    goal = models.ForeignKey(Goal, models.CASCADE, null=True, blank=True, related_name="+")
    quiet_from = models.TimeField(null=True, blank=True)
    quiet_until = models.TimeField(null=True, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
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
        within = words_of(self.minutes)
        if self.watches == self.Watches.SPIKE:
            return f"Visitors above {self.limit}% of usual in {within}"
        if self.watches == self.Watches.DROP:
            return f"Visitors below {self.limit}% of usual in {within}"
        if self.watches == self.Watches.SILENCE:
            return f"No hits in {within}"
        direction = self.get_direction_display()
        if self.watches == self.Watches.GOAL:
            return f"“{self.goal!s:.100}” {direction.lower()} {self.limit} times in {within}"
        if self.watches == self.Watches.ERRORS:
            return f"More than {self.limit} error pages in {within}"
        words = f"{direction} {self.limit} {self.get_figure_display().lower()}"
        return words if self.figure == self.Figure.ONLINE else f"{words} in {within}"

    @property
    def unit(self) -> str:
        """What its figure counts."""
        if self.watches == self.Watches.NUMBER:
            return self.figure
        of = {"silence": "hits", "goal": "goals", "errors": "errors"}
        return of.get(self.watches, "visitors")

    def is_quiet(self, now: datetime) -> bool:
        """Whether it is its quiet time; over midnight, where that ends before it begins."""
        start, end = self.quiet_from, self.quiet_until
        if start is None or end is None or start == end:
            return False
        zone = self.owner.zone if self.owner else self.site.zone
        clock = now.astimezone(zone).time()
        return start <= clock < end if start < end else clock >= start or clock < end


class AlertReader(models.Model):
    """That a person is told of an alert by mail."""

    threshold = models.ForeignKey(Threshold, models.CASCADE, related_name="readers")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["threshold", "user"], name="one_reader_an_alert"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} of {self.threshold_id}"


class Occurrence(models.Model):
    """That an alert's figure was beyond its limit, from `opened_at` to `closed_at`.

    `told_at` is when that was told, once; None in quiet hours, and for good where it was over
    before they were.
    """

    threshold = models.ForeignKey(Threshold, models.CASCADE, related_name="occurrences")
    value = models.PositiveIntegerField()
    limit = models.PositiveIntegerField()
    opened_at = models.DateTimeField()
    told_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["threshold"], condition=models.Q(closed_at=None), name="one_open_an_alert"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.threshold_id} at {self.opened_at:%Y-%m-%d %H:%M}"


def words_of(minutes: int) -> str:
    """A length of time: a minute, 10 minutes, 2 hours, 7 days."""
    if minutes == 60:
        return "an hour"
    word, size = next(each for each in LENGTHS if minutes % each[1] == 0)
    count = minutes // size
    return f"{count} {word}s" if count > 1 else f"a {word}"


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
    watches = models.CharField(max_length=10, default="number", db_default="number")
    link = models.CharField(
        max_length=2000, blank=True, default="", db_default="", help_text="To the moment."
    )

    class Meta:
        ordering = ["id"]
        indexes = [
            # A site's live events from a cursor.
            models.Index(fields=["site", "id"], name="crossing_feed"),
        ]

    def __str__(self) -> str:
        return self.threshold
