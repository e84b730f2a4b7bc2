"""Sites, their other names, and who watches their hits."""

import re
import zoneinfo
from functools import cache

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from tracking.models.lists import (
    validate_countries,
    validate_hostnames,
    validate_networks,
    validate_pages,
    validate_parameters,
)
from tracking.models.money import validate_currency
from tracking.models.privacy import PrivacyChoices

DOMAIN = re.compile(
    r"(?=.{1,253}\Z)"
    r"(?:[^\W_](?:[\w-]{0,61}[^\W_])?\.)*[^\W_](?:[\w-]{0,61}[^\W_])?"
    r"(?::\d{1,5})?\Z"
)


def normalise_domain(domain: str) -> str:
    """The form a domain is stored and looked up in: lower case, no scheme, no `www.`."""
    domain = domain.strip().lower()
    domain = re.sub(r"^https?://", "", domain).rstrip("/")
    return domain.removeprefix("www.")


def validate_domain(domain: str) -> None:
    if not DOMAIN.match(domain):
        raise ValidationError("Enter a domain such as example.com, without a scheme.")


@cache
def timezones() -> frozenset[str]:
    """The names of all time zones; to look for their files takes a moment."""
    return frozenset(zoneinfo.available_timezones())


def validate_timezone(name: str) -> None:
    if name not in timezones():
        raise ValidationError("Enter a time zone such as Europe/Berlin.")


class Site(PrivacyChoices):
    """A web site whose visits are counted, and the rules its owner has set for its hits."""

    class Bots(models.TextChoices):
        DROP = "drop", "Drop them"
        APART = "apart", "Count them apart"

    class QueryRule(models.TextChoices):
        STRIP = "strip", "Leave out all parameters"
        KEEP = "keep", "Keep all parameters"

    team = models.ForeignKey("Team", models.CASCADE, related_name="sites")
    domain = models.CharField(
        max_length=253,
        unique=True,
        validators=[validate_domain],
        help_text="For example example.com; www. is ignored.",
    )
    timezone = models.CharField(
        "time zone", max_length=64, default="UTC", validators=[validate_timezone]
    )
    bots = models.CharField(
        max_length=10,
        choices=Bots,
        default=Bots.DROP,
        help_text="Crawlers, monitors and other programs. Counted apart, they are in no report "
        "that does not ask for them.",
    )
    allowed_hostnames = models.TextField(
        blank=True,
        default="",
        validators=[validate_hostnames],
        help_text="One a line, such as example.com or *.example.com. Empty allows all.",
    )
    blocked_addresses = models.TextField(
        blank=True,
        default="",
        validators=[validate_networks],
        help_text="IP addresses or networks such as 10.0.0.0/8, one a line.",
    )
    blocked_countries = models.TextField(
        blank=True,
        default="",
        validators=[validate_countries],
        help_text="Codes such as DE, one a line.",
    )
    blocked_pages = models.TextField(
        blank=True,
        default="",
        validators=[validate_pages],
        help_text="Paths, one a line; * stands for any text, as in /admin/*.",
    )
    query_rule = models.CharField(
        "query strings",
        max_length=10,
        choices=QueryRule,
        default=QueryRule.STRIP,
        help_text="Whether a page's path shows the parameters of its address. Campaign parameters "
        "are read in either case.",
    )
    query_parameters = models.TextField(
        "except these parameters",
        blank=True,
        default="",
        validators=[validate_parameters],
        help_text="One name a line.",
    )
    reporting_currency = models.CharField(
        max_length=3,
        blank=True,
        default="",
        db_default="",
        validators=[validate_currency],
        help_text="Such as EUR: revenue in other currencies is told in it. Empty converts none.",
    )
    paused = models.BooleanField(
        default=False, help_text="Whether all of its hits are refused; an admin's doing."
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = [Lower("domain")]

    def __str__(self) -> str:
        return self.domain

    def clean(self) -> None:
        self.domain = normalise_domain(self.domain)
        self.clean_privacy()

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        return zoneinfo.ZoneInfo(self.timezone)


class SiteAlias(models.Model):
    """Another name by which trackers may call a site: the id, number or domain it had elsewhere."""

    site = models.ForeignKey(Site, models.CASCADE, related_name="aliases")
    name = models.CharField(
        max_length=253, unique=True, help_text="Such as an Umami website id or a Matomo number."
    )

    class Meta:
        ordering = ["name"]
        verbose_name_plural = "site aliases"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if not self.name:
            return
        self.name = normalise_domain(self.name)
        if not self.name or re.search(r"[\s,]", self.name):
            raise ValidationError({"name": "Enter a name without spaces and commas."})
        # A domain goes before an alias, which would never be asked for.
        if Site.objects.filter(domain=self.name).exists():
            raise ValidationError({"name": "This is the domain of a site on this server."})


class Watch(models.Model):
    """That somebody watches the hits of a site in the ingest debugger, until when."""

    site = models.OneToOneField(Site, models.CASCADE, primary_key=True, related_name="watch")
    until = models.DateTimeField()

    class Meta:
        verbose_name_plural = "watches"

    def __str__(self) -> str:
        return f"{self.site_id} until {self.until:%H:%M:%S}"
