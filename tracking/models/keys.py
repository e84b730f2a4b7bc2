"""Keys by which other programs use the JSON API."""

import hashlib
import secrets

from django.conf import settings
from django.db import models


class ApiKey(models.Model):
    """A key, of which only a hash is stored; `prefix` lets its owner tell several apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80, default="API key")
    prefix = models.CharField(max_length=12, editable=False)
    key_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"

    @staticmethod
    def hash(key: str) -> str:
        """SHA-256 is enough here: a key has 256 random bits, which nobody can guess through."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls, user: models.Model, name: str = "API key") -> tuple["ApiKey", str]:
        """Make a key; the text returned beside the row is shown once and stored nowhere."""
        key = f"ff_{secrets.token_urlsafe(32)}"
        row = cls.objects.create(user=user, name=name, prefix=key[:9], key_hash=cls.hash(key))
        return row, key
