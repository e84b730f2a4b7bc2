"""People who sign in."""

import hashlib
import secrets
from collections.abc import Iterator
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone

from tracking.models.sites import validate_timezone


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, username: str | None) -> "User":
        return self.get(email=(username or "").strip().lower())


class WeekStart(models.IntegerChoices):
    """The days on which weeks begin somewhere, as `date.weekday` counts them."""

    MONDAY = 0, "Monday"
    SATURDAY = 5, "Saturday"
    SUNDAY = 6, "Sunday"


class Scheme(models.TextChoices):
    """The colours of pages."""

    AUTO = "", "As the device has it"
    LIGHT = "light", "Light"
    DARK = "dark", "Dark"


class User(AbstractBaseUser, PermissionsMixin):
    """A person, known by e-mail address; staff use Django admin."""

    WeekStart, Scheme = WeekStart, Scheme

    email = models.EmailField("e-mail address", unique=True)
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField("may use the admin", default=False)
    date_joined = models.DateTimeField(auto_now_add=True)
    timezone = models.CharField(
        "time zone", max_length=64, default="UTC", validators=[validate_timezone]
    )
    scheme = models.CharField(
        "colours", max_length=5, choices=Scheme, default=Scheme.AUTO, blank=True
    )
    week_start = models.PositiveSmallIntegerField(
        "weeks begin on", choices=WeekStart, default=WeekStart.MONDAY
    )

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        ordering = [Lower("email")]

    def __str__(self) -> str:
        return self.email

    def clean(self) -> None:
        super().clean()
        self.email = self.email.lower()

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """None: a session begun under an earlier secret key ends.

        Django would give it another key, by which neither the list of a person's sessions nor
        their live lines would find it.
        """
        return iter(())

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.timezone)


class SetupLink(models.Model):
    """The one-time link by which the first owner comes in, of which only a hash is stored.

    It dies when it is used and as soon as there is an owner, however that one came.
    """

    key_hash = models.CharField(max_length=64, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True, editable=False)

    def __str__(self) -> str:
        return f"set-up link of {self.created_at:%Y-%m-%d %H:%M}"

    @staticmethod
    def hash(key: str) -> str:
        """SHA-256 is enough here: a key has 256 random bits, which nobody can guess through."""
        return hashlib.sha256(key.encode()).hexdigest()

    @classmethod
    def issue(cls) -> str:
        """The address of a new link; the one before no longer works."""
        key = secrets.token_urlsafe(32)
        with transaction.atomic():
            cls.objects.filter(used_at=None).delete()
            cls.objects.create(key_hash=cls.hash(key))
        return f"{settings.PUBLIC_URL}{reverse('welcome')}?{urlencode({'key': key})}"

    @classmethod
    def works(cls, key: str) -> bool:
        return not owner_exists() and cls.unused(key).exists()

    @classmethod
    def claim(cls, key: str) -> bool:
        """Use the link up; False if it no longer works. Part of the caller's transaction."""
        # Of two claims at once exactly one finds the row unused.
        return not owner_exists() and cls.unused(key).update(used_at=timezone.now()) == 1

    @classmethod
    def unused(cls, key: str) -> models.QuerySet["SetupLink"]:
        return cls.objects.filter(key_hash=cls.hash(key), used_at=None)


def owner_exists() -> bool:
    """Whether somebody can administer this server."""
    return User.objects.filter(is_superuser=True, is_active=True).exists()
