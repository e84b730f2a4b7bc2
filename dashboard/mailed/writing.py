"""A mailed report as a letter: of a site, or of all of a team's sites."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.urls import reverse

from dashboard.mailed import figures
from dashboard.mailed.picture import TALL, WIDTH, in_words, picture
from realtime.mail.letter import Letter, inert, write
from realtime.subscriptions import tokens
from realtime.subscriptions.due import Span
from realtime.subscriptions.models import Rhythm, Subscription
from tracking.access import visible_sites
from tracking.models import Site, Team

SITE, TEAM = "report_site", "report_team"


@dataclass(frozen=True)
class Report:
    """What is to be told: of which place and days, for whom.

    `reader` is None for an address without an account, who can open none of our pages.
    `subscription` is None for a preview.
    """

    place: Site | Team
    rhythm: Rhythm
    span: Span
    reader: Any = None
    subscription: Subscription | None = None


def sites_of(place: Site | Team, reader: Any) -> list[Site]:
    """Those that the report may tell this reader of, none where they have lost sight of them.

    Who has no account sees what those with the right had sent to the address.
    """
    whole = Site.objects.filter(pk=place.pk) if isinstance(place, Site) else place.sites.all()
    if reader is None:
        return list(whole)
    return list(whole.filter(pk__in=visible_sites(reader).values("pk")))


def written(report: Report, sites: Sequence[Site], to: str, now: datetime) -> Letter:
    """The letter of a report; `sites` are those of `sites_of`, at least one."""
    user = report.reader or AnonymousUser()
    if isinstance(report.place, Site):
        found: Any = figures.of_site(report.place, report.span, user, now)
    else:
        found = figures.of_team(sites, report.span, user, now)
    subscription = report.subscription
    context = {
        "figures": found,
        "rhythm": report.rhythm,
        "place": name_of(report.place),
        "alt": in_words(found.series),
        "width": WIDTH,
        "height": TALL,
        "has_account": report.reader is not None,
        "settings_link": settings.PUBLIC_URL + settings_path(report.place),
        "unsubscribe": tokens.unsubscribe_link(subscription.pk) if subscription else "",
    }
    more: dict[str, Any] = {"picture": picture(found.series, now)}
    if subscription:
        more["headers"] = tokens.headers(subscription.pk)
        more["message_id"] = tokens.message_id(subscription.pk)
    return write(template_of(report.place), to, context, **more)


def name_of(place: Site | Team) -> str:
    """A domain is one; a team's name is whatever somebody typed."""
    return place.domain if isinstance(place, Site) else inert(place.name)


def template_of(place: Site | Team) -> str:
    return SITE if isinstance(place, Site) else TEAM


def settings_path(place: Site | Team) -> str:
    if isinstance(place, Site):
        return reverse("site_reports", args=[place.domain])
    return reverse("team_reports", args=[place.pk])
