"""The secret half of a visitor id."""

from django.db import models

# From the beginning of its day until a salt is deleted.
SALT_DAYS = 2


class Salt(models.Model):
    """The random key of one UTC day, under which visitor ids are hashed.

    Kept out of backups and deleted within 48 hours of its start, after which nobody can tell which
    address a visitor id came from.
    """

    day = models.DateField(primary_key=True)
    key = models.BinaryField(max_length=32)

    def __str__(self) -> str:
        return f"salt of {self.day}"
