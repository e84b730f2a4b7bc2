"""What people changed of a site, for others who have it open."""

from django.conf import settings
from django.db import models

from tracking.models.sites import Site


class Change(models.Model):
    """That somebody changed something: a note, a segment, the settings.

    A site's ids grow in commit order, because whoever adds one holds the site's row. With a `whose`
    it concerns that person alone. `tab` is the one in which it was made, if that is known.
    """

    class What(models.TextChoices):
        NOTE = "note", "note"
        SEGMENT = "segment", "segment"
        GOAL = "goal", "goal"
        LINK = "link", "link"
        NAME = "name", "other name"
        SETTINGS = "settings", "settings"
        RULES = "rules", "rules for hits"
        WEBHOOK = "webhook", "webhook"
        THRESHOLD = "threshold", "threshold"

    class Did(models.TextChoices):
        ADDED = "added", "added"
        CHANGED = "changed", "changed"
        DELETED = "deleted", "deleted"

    site = models.ForeignKey(Site, models.CASCADE, related_name="changes")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    did = models.CharField(max_length=10, choices=Did)
    what = models.CharField(max_length=10, choices=What)
    name = models.CharField(max_length=200, blank=True, default="")
    whose = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    tab = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        # What came after a change of a site.
        indexes = [models.Index(fields=["site", "id"], name="changes_of_a_site")]

    def __str__(self) -> str:
        return f"{self.what} {self.did}"
