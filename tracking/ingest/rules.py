"""What accepting keeps in memory: the sites, their rules and the salts."""

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from tracking.models import Generation, Salt, Site


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What an owner has set for a site, as far as accepting asks."""

    id: int
    honour_opt_out: bool


@dataclass(frozen=True)
class Rules:
    """All of it as of one generation."""

    generation: int = -1
    sites: dict[str, SiteRules] = field(default_factory=dict)  # by domain
    salts: dict[date, bytes] = field(default_factory=dict, repr=False)  # by UTC day

    def salts_at(self, time: datetime) -> tuple[bytes | None, bytes | None]:
        """Today's salt and yesterday's."""
        day = time.date()
        return self.salts.get(day), self.salts.get(day - timedelta(days=1))


def refreshed(rules: Rules, now: datetime | None = None) -> Rules:
    """The rules as stored now: the same object unless a change was announced or a day began."""
    today = (now or datetime.now(UTC)).date()
    if today not in rules.salts:
        keep_salts(today)
    elif Generation.current(Generation.RULES) == rules.generation:
        return rules
    return load()


def load() -> Rules:
    # The number is read first: a change that comes in between is then read again, not missed.
    generation = Generation.current(Generation.RULES)
    return Rules(
        generation=generation,
        sites={
            domain: SiteRules(id, honour_opt_out)
            for id, domain, honour_opt_out in Site.objects.values_list(
                "id", "domain", "honour_opt_out"
            )
        },
        salts={day: bytes(key) for day, key in Salt.objects.values_list("day", "key")},
    )


def keep_salts(today: date) -> None:
    """Make today's salt unless another process has, and end those older than yesterday's."""
    Salt.objects.bulk_create([Salt(day=today, key=secrets.token_bytes(32))], ignore_conflicts=True)
    if Salt.objects.filter(day__lt=today - timedelta(days=1)).delete()[0]:
        Generation.bump(Generation.RULES)
