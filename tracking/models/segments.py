"""Filters that are used again and again."""

from django.conf import settings
from django.db import models

from tracking.models.sites import Site


class Segment(models.Model):
    """Filters of a site under a name, for all who see the site or for its `owner` alone.

    `filters` is a list in the query language, as in `[["is", "visit:country", ["DE"]]]`; whoever
    stores it checks it by `tracking.warehouse.filter_syntax.read_filters`.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="segments")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="segments"
    )
    name = models.CharField(max_length=255)
    filters = models.JSONField(default=list)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                condition=models.Q(owner=None),
                name="one_segment_a_name",
            ),
            models.UniqueConstraint(
                fields=["site", "owner", "name"], name="one_segment_a_name_and_person"
            ),
        ]

    def __str__(self) -> str:
        return self.name
