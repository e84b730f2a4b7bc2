"""What the owner of a site chose for its visitors' privacy, and the secrets that go with it."""

import secrets

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MinValueValidator
from django.db import models


class PrivacyChoices(models.Model):
    """The choices of a site."""

    class VisitorDays(models.IntegerChoices):
        DAY = 1, "A day"
        WEEK = 7, "7 days"
        MONTH = 30, "30 days"

    class PlacePrecision(models.TextChoices):
        CITY = "city", "Country, region and city"
        REGION = "region", "Country and region"
        COUNTRY = "country", "Country"
        NONE = "none", "Nothing"

    honour_opt_out = models.BooleanField(
        "honour Do Not Track",
        default=True,
        help_text="Refuse hits of browsers that send Do-Not-Track or Global Privacy Control.",
    )
    visitor_days = models.PositiveSmallIntegerField(
        "how long a visitor is known again",
        choices=VisitorDays,
        default=VisitorDays.DAY,
        help_text="Then everybody is somebody new. A change holds from the next midnight (UTC) on.",
    )
    own_ids = models.BooleanField(
        "know visitors by the site's own ids",
        default=False,
        help_text="Where your pages or servers name a visitor, that visitor is known for good, by "
        "a keyed hash of the name. Otherwise the name counts for a day, as an address does.",
    )
    place_precision = models.CharField(
        "place",
        max_length=10,
        choices=PlacePrecision,
        default=PlacePrecision.CITY,
        help_text="What is kept of where a visitor is, of hits from now on.",
    )
    retention_days = models.PositiveIntegerField(
        "days that visits are kept",
        null=True,
        blank=True,
        validators=[MinValueValidator(1)],
        help_text="Older ones are deleted, with nothing to bring them back.",
    )
    privacy_contact = models.EmailField(
        "who to ask", blank=True, default="", help_text="An e-mail address for the data page."
    )
    privacy_published = models.BooleanField(
        "publish the data page",
        default=False,
        help_text="Everybody may then read it, without an account.",
    )

    class Meta:
        abstract = True

    @property
    def kept_days(self) -> int:
        """Days after which visits are deleted, by the site's choice or the server's; 0 for none."""
        chosen = [days for days in (self.retention_days, settings.RETENTION_DAYS) if days]
        return min(chosen, default=0)

    def clean_privacy(self) -> None:
        """Raises ValidationError where visits would be kept for longer than the server does."""
        most = settings.RETENTION_DAYS
        if most and self.retention_days and self.retention_days > most:
            sentence = f"This server keeps visits for {most} days; a site may only keep them less."
            raise ValidationError({"retention_days": sentence})


class VisitorKey(models.Model):
    """The random key of a site whose visitors are known for longer than a day.

    Visitor ids of the UTC days from `first` to `last` are hashed under it, in the place of the
    days' salts. It is needed for a day more, and deleted within 48 hours of its end.
    """

    site = models.ForeignKey("tracking.Site", models.CASCADE, related_name="visitor_keys")
    first = models.DateField()
    last = models.DateField()
    key = models.BinaryField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["site", "first"], name="one_visitor_key_a_day")
        ]

    def __str__(self) -> str:
        return f"visitor key of {self.site_id} from {self.first}"

    @property
    def days(self) -> int:
        return (self.last - self.first).days + 1


class OwnIdKey(models.Model):
    """The random key under which a site's own ids of its visitors are hashed.

    It stays with the site, so that what is stored of a visitor can be found by the id, and erased.
    """

    site = models.OneToOneField(
        "tracking.Site", models.CASCADE, primary_key=True, related_name="own_id_key"
    )
    key = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"own id key of {self.site_id}"

    @classmethod
    def make(cls, site: models.Model) -> None:
        """Unless the site has one."""
        cls.objects.get_or_create(site=site, defaults={"key": secrets.token_bytes(32)})
