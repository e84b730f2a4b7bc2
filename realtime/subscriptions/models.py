"""Subscriptions to reports by mail, and the ledger of what was sent."""

from datetime import datetime
from typing import cast
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.utils.timezone import now

from tracking.models import Site, Team


class Rhythm(models.TextChoices):
    WEEKLY = "weekly", "Weekly"
    MONTHLY = "monthly", "Monthly"


class Subscription(models.Model):
    """That somebody gets the report of a site, or of all of a team's sites, by mail.

    A person's goes to the address of their account, by the time zone and the week of their
    preferences. One without a `user` is for an `email` that somebody with the right added: it has a
    time zone and a week of its own, and begins when whoever reads that mail has agreed
    (`confirmed_at`). Periods that were due before `since` are not sent. `paused_because` is why
    nothing is sent for now, empty while all is well.
    """

    Rhythm = Rhythm

    site = models.ForeignKey(
        Site, models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    team = models.ForeignKey(
        Team, models.CASCADE, null=True, blank=True, related_name="subscriptions"
    )
    rhythm = models.CharField(max_length=10, choices=Rhythm, default=Rhythm.WEEKLY)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    email = models.EmailField("e-mail address", blank=True, default="")
    timezone = models.CharField(max_length=64, blank=True, default="UTC")
    week_start = models.PositiveSmallIntegerField(default=0)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    made_at = models.DateTimeField(default=now)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    since = models.DateTimeField(default=now)
    paused_because = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(site=None) ^ models.Q(team=None),
                name="report_of_a_site_or_a_team",
            ),
            models.UniqueConstraint(
                fields=["site", "rhythm", "user"],
                condition=models.Q(team=None, user__isnull=False),
                name="one_report_a_person",
            ),
            models.UniqueConstraint(
                fields=["team", "rhythm", "user"],
                condition=models.Q(site=None, user__isnull=False),
                name="one_team_report_a_person",
            ),
            models.UniqueConstraint(
                fields=["site", "rhythm", "email"],
                condition=models.Q(team=None, user=None),
                name="one_report_an_address",
            ),
            models.UniqueConstraint(
                fields=["team", "rhythm", "email"],
                condition=models.Q(site=None, user=None),
                name="one_team_report_an_address",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_rhythm_display()} report of {self.place}"

    @property
    def place(self) -> Site | Team:
        """The table's constraint has a team wherever there is no site."""
        return self.site or cast(Team, self.team)

    @property
    def address(self) -> str:
        return self.user.email if self.user else self.email

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.user.timezone if self.user else self.timezone)

    @property
    def first_weekday(self) -> int:
        """The day on which weeks begin for whoever gets it, Monday being 0."""
        return self.user.week_start if self.user else self.week_start

    @property
    def state(self) -> str:
        if self.paused_because:
            return "paused"
        return "active" if self.confirmed_at else "waiting"

    def resume(self, moment: datetime) -> None:
        """Send again what is due from now on."""
        self.paused_because, self.since = "", moment
        self.save(update_fields=["paused_because", "since"])


class SentReport(models.Model):
    """That the report of a period was put into the outbox, in the same transaction.

    `first_day` is the period's first day, and `last_day` its last one.
    """

    subscription = models.ForeignKey(Subscription, models.CASCADE, related_name="sent")
    first_day = models.DateField()
    last_day = models.DateField()
    sent_at = models.DateTimeField()

    class Meta:
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["subscription", "first_day"], name="one_report_a_period"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first_day} to {self.last_day}"
