"""What people changed: the audit log, and what others who have a site open are told."""

from django.conf import settings
from django.db import models

from tracking.models.sites import Site
from tracking.models.teams import Team


class What(models.TextChoices):
    """What was changed."""

    NOTE = "note", "note"
    SEGMENT = "segment", "segment"
    GOAL = "goal", "goal"
    FUNNEL = "funnel", "funnel"
    RATE = "rate", "exchange rate"
    LINK = "link", "link"
    NAME = "name", "other name"
    SETTINGS = "settings", "settings"
    RULES = "rules", "rules for hits"
    WEBHOOK = "webhook", "webhook"
    THRESHOLD = "threshold", "alert"
    REPORT = "report", "report by mail"
    SITE = "site", "site"
    IMPORT = "import", "import"
    EXPORT = "export", "export of events"
    EVENTS = "events", "stored events"
    HITS = "hits", "hits in quarantine"
    SALTS = "salts", "salts"
    PRIVACY = "privacy", "privacy settings"
    VISITOR = "visitor", "data of a visitor"
    WALL = "wall", "wall link"
    KEY = "key", "API key"
    TEAM = "team", "team"
    MEMBER = "member", "member"
    INVITATION = "invitation", "invitation"
    ACCOUNT = "account", "account"
    PASSWORD = "password", "password"
    SIGN_IN = "sign_in", "way to sign in"
    SESSION = "session", "session"
    RECORD = "record", "record"


class Did(models.TextChoices):
    """What was done to it, such that “ada added the note” is a sentence."""

    ADDED = "added", "added"
    CHANGED = "changed", "changed"
    DELETED = "deleted", "deleted"
    STARTED = "started", "started"
    FINISHED = "finished", "finished"
    FAILED = "failed", "failed to finish"
    CANCELLED = "cancelled", "cancelled"
    DOWNLOADED = "downloaded", "downloaded"
    PAUSED = "paused", "paused"
    RESUMED = "resumed", "resumed"
    REPLACED = "replaced", "replaced"
    PURGED = "purged", "purged"
    REPLAYED = "replayed", "replayed"
    REVOKED = "revoked", "revoked"
    ENDED = "ended", "ended"
    REFUSED = "refused", "refused"
    TRANSFERRED = "transferred", "transferred"
    LEFT = "left", "left"


class Means(models.TextChoices):
    """By which means it was done."""

    BROWSER = "browser", "in the browser"
    KEY = "key", "by an API key"
    ADMIN = "admin", "in the administration"
    COMMAND = "command", "by a command"
    SERVER = "server", "by the server itself"


# As functions, so that one more of them is no change of the table.
def whats() -> list[tuple[str, str]]:
    return What.choices


def dids() -> list[tuple[str, str]]:
    return Did.choices


def means() -> list[tuple[str, str]]:
    return Means.choices


class Change(models.Model):
    """That somebody changed something. `tracking.audit.record` writes it.

    A site's ids grow in commit order, because whoever adds one holds the site's row. It outlives
    the site, of which it keeps the domain, and the people, of whom it keeps nothing. With a `whose`
    it concerns that person alone. `person` is another one to whom it was done.
    """

    What, Did, Means = What, Did, Means

    site = models.ForeignKey(Site, models.SET_NULL, null=True, blank=True, related_name="changes")
    domain = models.CharField(max_length=253, blank=True, default="")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, blank=True, related_name="+")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    means = models.CharField(max_length=10, choices=means, default=Means.BROWSER)
    key_prefix = models.CharField(max_length=12, blank=True, default="")
    did = models.CharField(max_length=20, choices=dids)
    what = models.CharField(max_length=20, choices=whats)
    name = models.CharField(max_length=200, blank=True, default="")
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    details = models.JSONField(default=dict, blank=True)
    whose = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.CASCADE, null=True, blank=True, related_name="+"
    )
    tab = models.CharField(max_length=40, blank=True, default="")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ["pk"]
        indexes = [
            # What came after a change of a site, and a page of its audit log.
            models.Index(fields=["site", "id"], name="changes_of_a_site"),
            # A page of a team's audit log.
            models.Index(fields=["team", "id"], name="changes_of_a_team"),
            # What is old enough to be forgotten; a day of the administration's list.
            models.Index(fields=["made_at"], name="changes_by_time"),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.did}"
