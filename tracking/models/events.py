"""The event log: what happened on the sites, append-only."""

import time
from datetime import timedelta

from django.db import models
from django.db.models.functions import Greatest

# A visitor's events belong to one visit while the time between two is shorter.
GAP = timedelta(minutes=30)


class EventLog(models.Model):
    """One row: the highest event id given so far.

    Writers take their ids by updating it. The row's lock lasts until they commit, so ids grow in
    commit order, and whoever has read up to an id will never find a smaller one later.
    """

    last_id = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.last_id)

    @classmethod
    def lock(cls) -> int:
        """Hold back all writers until the caller's transaction ends; gives the highest id."""
        return cls.objects.select_for_update().get_or_create(pk=1)[0].last_id

    @classmethod
    def skip_to_now(cls) -> None:
        """Give no id again that was given since the rows here were current, before now.

        Goes on from the microseconds since 1970: fewer ids than microseconds have been given, and
        JavaScript holds such numbers exactly until 2255.
        """
        cls.objects.get_or_create(pk=1)
        cls.objects.update(last_id=Greatest("last_id", time.time_ns() // 1000))


class Event(models.Model):
    """An enriched hit.

    What belongs to the visit (source, campaign, place, agent) is the same on all its events:
    enrichment copies it from the event that opened the visit.
    """

    # Given by the log; of this kind because SQLite then keeps the rows themselves in its order.
    id = models.BigAutoField(primary_key=True)
    site_id = models.BigIntegerField()
    visitor = models.BigIntegerField(help_text="Keyed hash of address and agent, by site and day.")
    visit = models.BigIntegerField(help_text="Id of the event that opened the visit.")
    time = models.DateTimeField()
    name = models.CharField(max_length=120)
    interactive = models.BooleanField(default=True)

    hostname = models.TextField(default="")
    path = models.TextField(default="")
    title = models.TextField(default="")

    referrer = models.TextField(default="")
    source = models.TextField(default="")
    channel = models.CharField(max_length=40, default="")
    utm_source = models.TextField(default="")
    utm_medium = models.TextField(default="")
    utm_campaign = models.TextField(default="")
    utm_content = models.TextField(default="")
    utm_term = models.TextField(default="")

    country = models.CharField(max_length=2, default="", help_text="ISO 3166-1 alpha-2.")
    region = models.TextField(default="")
    city = models.TextField(default="")
    browser = models.TextField(default="")
    browser_version = models.TextField(default="")
    os = models.TextField(default="")
    os_version = models.TextField(default="")
    device = models.TextField(default="", help_text="Desktop, Mobile or Tablet.")
    screen = models.TextField(default="", help_text="Class of the screen's width.")
    language = models.TextField(default="")

    props = models.TextField(default="", help_text="JSON object of texts, or empty.")
    revenue_amount = models.DecimalField(max_digits=18, decimal_places=3, null=True)
    revenue_currency = models.CharField(max_length=3, default="")
    scroll_depth = models.SmallIntegerField(null=True, help_text="0 to 100.")
    engaged_ms = models.IntegerField(null=True)
    flags = models.CharField(
        max_length=40,
        default="",
        help_text="What sets an event apart, comma-separated: bot, no_visitor.",
    )

    class Meta:
        indexes = [
            # Finding a visitor's open visit while enriching.
            models.Index(fields=["site_id", "visitor", "time"], name="event_open_visit"),
            # A site's feed from a cursor.
            models.Index(fields=["site_id", "id"], name="event_feed"),
            # Who is online and the last 30 minutes of a site.
            models.Index(fields=["site_id", "time"], name="event_recent"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.path}"
