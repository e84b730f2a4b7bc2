"""What happened at a site that its figures may show: a release, a campaign, a holiday."""

from django.conf import settings
from django.db import models

from tracking.models.sites import Site


class Annotation(models.Model):
    """A note at a moment, shown on the charts of a site to all who see it.

    `reference` is what a program calls it that sent it, so that it adds none by sending it again.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="annotations")
    time = models.DateTimeField(db_index=True)
    text = models.CharField(max_length=200)
    reference = models.CharField(max_length=100, blank=True, default="", db_default="")
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["time", "pk"]

    def __str__(self) -> str:
        return self.text
