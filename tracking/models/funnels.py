"""Funnels that are kept under a name."""

from django.db import models

from tracking.models.sites import Site


def kept_scopes() -> list[tuple[str, str]]:
    return [("visitor", "any visits of a visitor"), ("visit", "one visit")]


class Funnel(models.Model):
    """Steps of a site under a name.

    `steps` is a list as `tracking.warehouse.steps` reads it, as in `[{"page": "/"}, {"goal":
    "Purchase"}]`; whoever stores it checks it by that.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="funnels")
    name = models.CharField(max_length=120)
    steps = models.JSONField(default=list)
    scope = models.CharField(max_length=10, choices=kept_scopes, default="visitor")
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["site", "name"],
                name="one_funnel_a_name",
                violation_error_message="There is a funnel of that name already.",
            )
        ]

    def __str__(self) -> str:
        return self.name
