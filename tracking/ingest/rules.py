"""What accepting keeps in memory: the sites, their rules, who may speak for them, the salts."""

import secrets
from collections import defaultdict
from collections.abc import Container
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from django.db.models import Min

from tracking.access import Right, roles_with
from tracking.ingest.hit import Hit
from tracking.ingest.limits import Limits
from tracking.ingest.lists import Globs, Networks, QueryRule
from tracking.ingest.visitor_keys import (
    LongKey,
    keep_visitor_keys,
    load_own_id_keys,
    load_visitor_keys,
)
from tracking.models import ApiKey, Generation, Member, Salt, Site, Watch
from tracking.models.keys import Scope
from tracking.models.lists import (
    read_country,
    read_hostname,
    read_network,
    read_page,
    read_parameter,
    readable,
)
from tracking.models.salts import SALT_DAYS


@dataclass(frozen=True, slots=True)
class SiteRules:
    """What an owner has set for a site, as far as accepting asks."""

    id: int
    paused: bool = False
    honour_opt_out: bool = True
    bots_apart: bool = False
    allowed_hostnames: Globs = field(default_factory=Globs)  # empty: all
    blocked_addresses: Networks = field(default_factory=Networks)
    blocked_countries: frozenset[str] = frozenset()
    blocked_pages: Globs = field(default_factory=Globs)
    query: QueryRule = field(default_factory=QueryRule)
    place_precision: str = Site.PlacePrecision.CITY
    # Of the days on which visitors are known for longer than a day; other days have their salts.
    visitor_keys: tuple[LongKey, ...] = ()
    own_id_key: bytes = field(default=b"", repr=False)  # where the site's own ids name visitors
    watched: bool = False  # somebody has the ingest debugger open


@dataclass(frozen=True)
class Rules:
    """All of it as of one generation."""

    generation: int = -1
    sites: dict[str, SiteRules] = field(default_factory=dict)  # by domain and by alias
    keys: dict[str, frozenset[int]] = field(default_factory=dict, repr=False)  # sites by key's hash
    salts: dict[date, bytes] = field(default_factory=dict, repr=False)  # by UTC day
    # How much senders have sent outlasts the generations.
    limits: Limits = field(default_factory=Limits.of_settings, repr=False)
    watch_ends: datetime | None = None  # the first of those that run
    keys_end: datetime | None = None  # when the first of them expires

    def site_of(self, hit: Hit) -> SiteRules | None:
        return self.sites.get(hit.site) or self.sites.get(hit.other_site)

    def may_send(self, key: str, site_id: int) -> bool:
        """Whether an API key lets its holder speak for visitors of the site."""
        return bool(key) and site_id in self.keys.get(ApiKey.hash(key), ())

    def keys_at(self, site: SiteRules, time: datetime) -> tuple[bytes | None, bytes | None]:
        """What a site's visitors are hashed under that day, and the day before if by another."""
        day = time.date()
        today, before = self.key_on(site, day), self.key_on(site, day - timedelta(days=1))
        return today, None if before == today else before

    def key_on(self, site: SiteRules, day: date) -> bytes | None:
        for each in site.visitor_keys:
            if each.first <= day <= each.last:
                return each.key
        return self.salts.get(day)

    def has_ended(self, time: datetime) -> bool:
        """Whether a site is watched or a key opens here and nowhere else: both end unannounced."""
        ends = (self.watch_ends, self.keys_end)
        return any(end is not None and end <= time for end in ends)


def refreshed(rules: Rules, now: datetime | None = None) -> Rules:
    """The rules as stored now: the same object unless a change was announced or a day began."""
    now = now or datetime.now(UTC)
    if now.date() not in rules.salts:
        keep_salts(now.date())
        keep_visitor_keys(now.date())
    elif not rules.has_ended(now) and is_current(rules):
        return rules
    return load(rules.limits, now)


def is_current(rules: Rules) -> bool:
    return Generation.current(Generation.RULES) == rules.generation


def load(limits: Limits, now: datetime | None = None) -> Rules:
    # The number is read first: a change that comes in between is then read again, not missed.
    generation = Generation.current(Generation.RULES)
    now = now or datetime.now(UTC)
    watches = load_watches(now)
    return Rules(
        generation=generation,
        sites=load_sites(watches),
        keys=load_keys(now),
        keys_end=ApiKey.objects.filter(expires_at__gt=now).aggregate(end=Min("expires_at"))["end"],
        salts={day: bytes(key) for day, key in Salt.objects.values_list("day", "key")},
        limits=limits,
        watch_ends=min(watches.values(), default=None),
    )


def load_watches(now: datetime) -> dict[int, datetime]:
    """When the watch of each site that is watched ends."""
    return dict(Watch.objects.filter(until__gt=now).values_list("site_id", "until"))


def load_sites(watched: Container[int]) -> dict[str, SiteRules]:
    sites = list(Site.objects.prefetch_related("aliases"))
    keys, own_id_keys = load_visitor_keys(), load_own_id_keys()
    rules = {
        site.pk: replace(
            rules_of(site, site.pk in watched),
            visitor_keys=keys.get(site.pk, ()),
            own_id_key=own_id_keys.get(site.pk, b""),
        )
        for site in sites
    }
    aliases = {alias.name: rules[site.pk] for site in sites for alias in site.aliases.all()}
    # A domain goes before an alias that was given before the domain's site was added.
    return aliases | {site.domain: rules[site.pk] for site in sites}


def rules_of(site: Site, watched: bool) -> SiteRules:
    """What the site itself says: all but its keys."""
    return SiteRules(
        id=site.pk,
        paused=site.paused,
        honour_opt_out=site.honour_opt_out,
        bots_apart=site.bots == Site.Bots.APART,
        allowed_hostnames=Globs.of(readable(site.allowed_hostnames, read_hostname)),
        blocked_addresses=Networks.of(readable(site.blocked_addresses, read_network)),
        blocked_countries=frozenset(readable(site.blocked_countries, read_country)),
        blocked_pages=Globs.of(readable(site.blocked_pages, read_page)),
        query=QueryRule(
            keeps_others=site.query_rule == Site.QueryRule.KEEP,
            excepted=Globs.of(readable(site.query_parameters, read_parameter)),
        ),
        place_precision=site.place_precision,
        watched=watched,
    )


def load_keys(now: datetime) -> dict[str, frozenset[int]]:
    """The sites for which each key may send hits: those that its owner manages."""
    managers = Member.objects.filter(
        role__in=roles_with(Right.MANAGE), user__is_active=True, team__sites__isnull=False
    )
    managed: dict[int, set[int]] = defaultdict(set)
    for user_id, site_id in managers.order_by().values_list("user_id", "team__sites"):
        managed[user_id].add(site_id)
    sites: dict[str, set[int]] = {}
    for key in ApiKey.living(now):
        theirs = managed[key.user_id] & {key.site_id} if key.site_id else managed[key.user_id]
        if theirs and Scope.HITS_SEND in key.scopes:
            sites[key.key_hash] = theirs
    return {key_hash: frozenset(ids) for key_hash, ids in sites.items()}


def keep_salts(today: date) -> None:
    """Make today's salt unless another process has, and end those older than yesterday's."""
    Salt.objects.bulk_create([Salt(day=today, key=secrets.token_bytes(32))], ignore_conflicts=True)
    if Salt.objects.filter(day__lte=today - timedelta(days=SALT_DAYS)).delete()[0]:
        Generation.bump(Generation.RULES)
