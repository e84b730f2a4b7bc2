"""What has left the event table for the sealed files of the warehouse: the manifest."""

from django.db import models

from tracking.models.sites import Site


class SealedSegment(models.Model):
    """Immutable files of one name: visits that began on some UTC days, and all their events.

    docs/warehouse.md tells where they lie and what is in them. Whoever changes this table, or the
    two below, moves the generation `sealed` in the same transaction.
    """

    name = models.CharField(max_length=40, unique=True, help_text="Part of its files' names.")
    day = models.DateField(help_text="The first UTC day on which visits of it began.")
    last_day = models.DateField(help_text="The last one.")
    # Rows leave the event table in slices. Visits above this one are in the files and not yet of
    # the segment; null when all are.
    upto = models.BigIntegerField(null=True)
    moved_at = models.BigIntegerField(help_text="Generation at which the last rows left for it.")
    sealed_at = models.DateTimeField(help_text="When the latest of its rows left.")
    final = models.BooleanField(
        default=False, help_text="Whole days, in which single visits are known."
    )
    stale = models.BooleanField(
        default=False, help_text="Has rows that count no more; to be written anew without them."
    )
    size = models.BigIntegerField(help_text="Bytes of its files.")
    # Questions that began before may still read the files of a segment that was removed.
    removed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["day", "id"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class Purge(models.Model):
    """That all events of a site from before a moment are to be deleted, and the visits they are in.

    It stays until that is done, so that none is lost with a killed worker.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="purges")
    before = models.DateTimeField()
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]

    def __str__(self) -> str:
        return f"{self.site_id} before {self.before:%Y-%m-%d %H:%M}"


class Renaming(models.Model):
    """That the sources of a site's stored visits are to be named anew.

    It stays until that is done, so that none is lost with a killed worker.
    """

    site = models.OneToOneField(Site, models.CASCADE, primary_key=True, related_name="renaming")
    asked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["asked_at"]

    def __str__(self) -> str:
        return f"sources of {self.site_id}"


class SealedShare(models.Model):
    """What a segment holds of one site. Without its share, a site's rows in the files are void."""

    segment = models.ForeignKey(SealedSegment, models.CASCADE, related_name="shares")
    site_id = models.BigIntegerField()
    first_time = models.DateTimeField(help_text="Of the earliest event.")
    last_time = models.DateTimeField(help_text="Of the latest event.")
    last_id = models.BigIntegerField(help_text="The highest id of a visit.")
    events = models.BigIntegerField()
    visits = models.BigIntegerField()
    summed = models.BooleanField(
        default=False, help_text="Has sums of its days, so that questions need not read all rows."
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site_id", "segment"], name="one_share_a_site")
        ]

    def __str__(self) -> str:
        return f"site {self.site_id} in {self.segment_id}"


class ReopenedVisit(models.Model):
    """A sealed visit that is back in the event table, because a late event joined it.

    Its rows in the segment's files are void; the segment is replaced by one without them. Then this
    row stays for a day, for mirrors of the event table to catch up.
    """

    segment = models.ForeignKey(SealedSegment, models.CASCADE, related_name="reopened")
    site_id = models.BigIntegerField()
    visit = models.BigIntegerField()
    visitor = models.BigIntegerField()

    def __str__(self) -> str:
        return f"visit {self.visit}"
