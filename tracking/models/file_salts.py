"""The secret half of the visitors of access logs, which name people by their addresses."""

import secrets
from datetime import date, datetime, timedelta

from django.db import models

from tracking.models.sites import Site

# Looked at hourly: a salt is deleted within 48 hours.
LIFETIME = timedelta(hours=47)


class FileSalt(models.Model):
    """The random key under which a site hashes the addresses that a log has of some days.

    It is made when the first log of these days is imported, so that the logs of a set, and an
    import that was killed and goes on, have the same visitors. It is kept out of backups and
    deleted within 48 hours, after which nobody can tell which address a visitor id came from.
    """

    site = models.ForeignKey(Site, models.CASCADE, related_name="file_salts")
    # The first of as many UTC days as the site knows a visitor for.
    day = models.DateField()
    key = models.BinaryField(max_length=32)
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["site", "day"], name="one_file_salt_a_day")]

    def __str__(self) -> str:
        return f"salt for files of {self.site_id}, {self.day}"

    @classmethod
    def forget(cls, now: datetime) -> None:
        cls.objects.filter(made_at__lt=now - LIFETIME).delete()


class FileSalts:
    """The salts of a site as an import asks for them, day by day."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.keys: dict[date, bytes] = {}

    def key(self, day: date) -> bytes:
        """The key of a UTC day, made where there is none yet."""
        first = date.fromordinal(day.toordinal() - day.toordinal() % int(self.site.visitor_days))
        if first not in self.keys:
            salt, _ = FileSalt.objects.get_or_create(
                site=self.site, day=first, defaults={"key": secrets.token_bytes(32)}
            )
            self.keys[first] = bytes(salt.key)
        return self.keys[first]
