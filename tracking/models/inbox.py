"""Where accepted hits wait, and what became of those that are not events."""

from django.db import models


class InboxHit(models.Model):
    """An accepted hit that is not an event yet, in the order of acceptance.

    `payload` is the JSON of `tracking.ingest.hit.WaitingHit`. No foreign key: accepting must not
    take a lock on the site's row, and a site may be deleted while its hits wait.
    """

    site_id = models.BigIntegerField()
    payload = models.TextField()

    class Meta:
        verbose_name = "waiting hit"

    def __str__(self) -> str:
        return f"hit {self.pk}"


class LedgerEntry(models.Model):
    """That a hit with this id was accepted, so that sending it again counts nothing."""

    site_id = models.BigIntegerField()
    hit_id = models.CharField(max_length=64)
    accepted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "ledger entries"
        constraints = [models.UniqueConstraint(fields=["site_id", "hit_id"], name="hit_once")]
        # For the hourly removal of entries older than seven days.
        indexes = [models.Index(fields=["accepted_at"], name="ledger_age")]

    def __str__(self) -> str:
        return self.hit_id


class QuarantinedHit(models.Model):
    """A hit that could not be made an event; it waits for a person and can be replayed."""

    site_id = models.BigIntegerField()
    payload = models.TextField()
    error = models.TextField()
    quarantined_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"quarantined hit {self.pk}"


class RefusalCount(models.Model):
    """How many hits of a site were refused on a UTC day, by reason; site 0 is no known site."""

    site_id = models.BigIntegerField()
    day = models.DateField()
    reason = models.CharField(max_length=30)
    count = models.BigIntegerField(default=0)

    class Meta:
        ordering = ["-day", "site_id", "reason"]
        constraints = [
            models.UniqueConstraint(fields=["site_id", "day", "reason"], name="one_count_a_reason")
        ]

    def __str__(self) -> str:
        return f"{self.reason}: {self.count}"
