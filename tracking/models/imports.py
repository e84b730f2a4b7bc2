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
        ASKING = "asking", "Waiting for a choice"
        WAITING = "waiting", "Waiting"
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"
        CANCELLED = "cancelled", "Cancelled"

    # The formats of totals of days.
    OF_DAYS = ("plausible",)
    UNDER_WAY = (State.UPLOADING, State.ASKING, State.WAITING, State.RUNNING)

    site = models.ForeignKey(Site, models.CASCADE, related_name="imports")
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    format = models.CharField(
        max_length=20, default="", db_default="", help_text="What kind of file it is."
    )
    options = models.JSONField(null=True, default=dict, help_text="What its format was told.")
    choices = models.JSONField(
        null=True,
        default=None,
        help_text="What a person has to choose: option, problem, offered values with labels.",
    )
    file_name = models.CharField(max_length=255, help_text="As its owner calls it.")
    fingerprint = models.CharField(max_length=64, default="", help_text="SHA-256 of the file.")
    bytes_total = models.BigIntegerField(default=0)
    bytes_done = models.BigIntegerField(default=0)
    events = models.BigIntegerField(default=0)
    visits = models.BigIntegerField(default=0)
    known = models.BigIntegerField(
        default=0, db_default=0, help_text="Records that an earlier import has added."
    )
    refused = models.BigIntegerField(default=0)
    refusals = models.JSONField(default=list, help_text="The first: line numbers and reasons.")
    reasons = models.JSONField(
        null=True, default=list, help_text="Why lines are refused, and how many."
    )
    left_out = models.JSONField(
        null=True, default=list, help_text="What else became no events; how many."
    )
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
    def counts_days(self) -> bool:
        """Whether it brings totals of days instead of events."""
        return self.format in self.OF_DAYS

    @property
    def percent(self) -> int:
        """How much of the file is sent, or read."""
        return 100 * self.bytes_done // max(self.bytes_total, 1)


class ImportedRecords(models.Model):
    """Keyed hashes of records that an import has added; see `tracking.transfer.known`.

    They count as soon as the import is done.
    """

    job = models.ForeignKey(Import, models.CASCADE, related_name="records")
    hashes = models.BinaryField(help_text="Numbers of 64 bits, in the machine's order.")

    def __str__(self) -> str:
        return f"records of import {self.job_id}"
