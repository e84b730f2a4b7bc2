"""Keys by which other programs use the JSON API."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

# How exactly it is known when a key was used: a write for every call would cost more than it tells.
LAST_USE_STEP = timedelta(minutes=1)


class Scope(models.TextChoices):
    """What a key lets its holder do, at the sites of the key's owner."""

    STATS_READ = "stats:read", "Read figures and hear live events"
    SITES_READ = "sites:read", "See sites and goals"
    SITES_WRITE = "sites:write", "Add, change and delete sites and goals"
    HITS_SEND = "hits:send", "Send hits that speak for visitors"


def all_scopes() -> list[str]:
    return list(Scope.values)


class ApiKey(models.Model):
    """A key, of which only a hash is stored; `prefix` lets its owner tell several apart."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="api_keys")
    name = models.CharField(max_length=80, default="API key")
    scopes = models.JSONField(default=all_scopes, help_text="What it may be used for.")
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
    def find(cls, key: str) -> "ApiKey | None":
        """The row of a key's text; None for one that opens nothing, or not any more."""
        keys = cls.objects.select_related("user").filter(user__is_active=True)
        return keys.filter(key_hash=cls.hash(key)).first()

    @classmethod
    def issue(
        cls, user: models.Model, name: str = "API key", scopes: Iterable[str] = Scope.values
    ) -> tuple["ApiKey", str]:
        """Make a key; the text returned beside the row is shown once and stored nowhere."""
        key = f"ff_{secrets.token_urlsafe(32)}"
        row = cls.objects.create(
            user=user, name=name, scopes=list(scopes), prefix=key[:9], key_hash=cls.hash(key)
        )
        return row, key

    def note_use(self, now: datetime) -> None:
        """Remember that it was used, at most once in LAST_USE_STEP."""
        if self.last_used_at is None or self.last_used_at <= now - LAST_USE_STEP:
            # Not saved as a whole: nothing that other processes hold in memory has changed.
            ApiKey.objects.filter(pk=self.pk).update(last_used_at=now)
