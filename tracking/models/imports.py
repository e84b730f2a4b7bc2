"""Raw events that come from files."""

import secrets

from django.db import models

from tracking.models.sites import Site


class ImportKey(models.Model):
    """The secret under which a site hashes the visitors of files: equal texts become equal ids."""

    site = models.OneToOneField(Site, models.CASCADE, primary_key=True, related_name="import_key")
    key = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"import key of {self.site_id}"

    @classmethod
    def of(cls, site: Site) -> str:
        return cls.objects.get_or_create(site=site, defaults={"key": secrets.token_hex(32)})[0].key


class Import(models.Model):
    """A file of raw events on its way into a site, or arrived there.

    All of its events are stored by the transaction that makes it `done`, or none. Whoever runs it
    writes how far it is as long as it is `running`; setting it to another state stops that.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", "Uploading"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    UNDER_WAY = (State.UPLOADING, State.WAITING, State.RUNNING)

    site = models.ForeignKey(Site, models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    file_name = models.CharField(max_length=255, help_text="As its owner calls it.")
    fingerprint = models.CharField(max_length=64, default="", help_text="SHA-256 of the file.")
    bytes_total = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    visits = models.BigIntegerField(default=0)
    refused = models.BigIntegerField(default=0)
    refusals = models.JSONField(default=list, help_text="The first: line numbers and reasons.")
    problem = models.TextField(default="", help_text="Why it failed, as a sentence.")
    created_at = models.DateTimeField(auto_now_add=True)
    seen_at = models.DateTimeField(auto_now=True, help_text="When its runner last wrote.")

    class Meta:
        ordering = ["-pk"]

    def __str__(self) -> str:
        return f"{self.file_name} ({self.state})"

    @property
    def is_under_way(self) -> bool:
        return self.state in self.UNDER_WAY

    @property
    def percent(self) -> int:
        """How much of the file is sent, or read."""
        return 100 * self.bytes_done // max(self.bytes_total, 1)
