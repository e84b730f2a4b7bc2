"""Small rows by which processes tell each other things."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q


class Generation(models.Model):
    """A number that grows with each change of what processes keep in memory.

    `rules` covers sites, who may send for them, and salts; `events` covers removals from the event
    table other than sealing; `sealed` covers the manifest of sealed files; `goals` covers goals.
    Processes look at it each second, or when they need what it covers, and read again what changed.
    """

    RULES = "rules"
    EVENTS = "events"
    SEALED = "sealed"
    GOALS = "goals"

    name = models.CharField(max_length=20, primary_key=True)
    number = models.BigIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.name} {self.number}"

    @classmethod
    def bump(cls, name: str) -> None:
        """Tell all processes that what `name` covers has changed, with the caller's commit."""
        if not cls.objects.filter(name=name).update(number=F("number") + 1):
            cls.objects.get_or_create(name=name, defaults={"number": 1})

    @classmethod
    def current(cls, name: str) -> int:
        return cls.objects.filter(name=name).values_list("number", flat=True).first() or 0


class TaskRun(models.Model):
    """When a periodic task last ran, because a queue repeats runs and skips them."""

    name = models.CharField(max_length=60, primary_key=True)
    ran_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} at {self.ran_at:%Y-%m-%d %H:%M}"

    @classmethod
    def claim(cls, name: str, now: datetime, since: datetime) -> bool:
        """Whether this run is the one for the period that began at `since`; claims it if so."""
        # A run in the future had a wrong clock, which was set right since.
        earlier = Q(ran_at__lt=since) | Q(ran_at__gt=now + timedelta(minutes=5))
        # An update that finds its row is atomic: of two runs at once exactly one gets the 1.
        if cls.objects.filter(earlier, name=name).update(ran_at=now):
            return True
        return cls.objects.get_or_create(name=name, defaults={"ran_at": now})[1]

    @classmethod
    @contextmanager
    def claimed(cls, name: str, now: datetime, since: datetime) -> Iterator[bool]:
        """What `claim` says; a run that fails gives its claim back, for the queue to try again."""
        mine = cls.claim(name, now, since)
        try:
            yield mine
        except Exception:
            if mine:
                cls.objects.filter(name=name, ran_at=now).delete()
            raise
