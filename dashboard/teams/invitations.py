"""Making invitations, and sending them."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone

from realtime.mail import outbox
from realtime.mail.letter import inert
from tracking import audit
from tracking.audit import Did, What
from tracking.models import Invitation, Site, Team
from tracking.models.teams import INVITATION_LASTS
from tracking.teams import Refused, lock

# Nobody fills strangers' mailboxes from here.
MOST_OPEN = 50
MOST_MAILS_BY_ONE = 50
MOST_MAILS_TO_ONE = 3
DAY = 60 * 60 * 24
AGAIN = timedelta(minutes=5)
ENDED = "This invitation was used or revoked meanwhile."


@dataclass(frozen=True)
class Sent:
    """What became of an invitation: mailed `to` somebody, or a `link` that is shown this once."""

    to: str = ""
    link: str = ""


@transaction.atomic
def invite(
    by: Any, kind: str, email: str, role: str = "", *, team: Any = None, site: Any = None
) -> Sent:
    """Make an invitation to a team, or to a site.

    Raises `Refused`, and `Team.DoesNotExist` or `Site.DoesNotExist` where it was deleted meanwhile.
    """
    now = timezone.now()
    if team:
        lock(team)
    if open_ones(now, team, site).count() >= MOST_OPEN:
        raise Refused(f"At most {MOST_OPEN} invitations are open at once. Revoke some first.")
    row, token = Invitation.issue(
        now, kind=kind, team=team, site=site, role=role, email=email, made_by=by
    )
    record(Did.ADDED, row, by)
    return send(row, token)


@transaction.atomic
def send_again(row: Invitation, by: Any) -> Sent:
    """With another token, so that an older mail or link ends. Raises `Refused`."""
    now = timezone.now()
    if row.email and row.expires_at > now + INVITATION_LASTS - AGAIN:
        raise Refused("This was sent a moment ago. Wait some minutes before you send it again.")
    row.made_by = by
    token = row.draw(now)
    changed = {"made_by": by, "token_hash": row.token_hash, "expires_at": row.expires_at}
    # Never one that was accepted since it was read.
    if Invitation.open(now).filter(pk=row.pk).update(**changed) != 1:
        raise Refused(ENDED)
    record(Did.CHANGED, row, by)
    return send(row, token)


@transaction.atomic
def revoke(row: Invitation, by: Any) -> None:
    """Raises `Refused`."""
    now = timezone.now()
    if Invitation.open(now).filter(pk=row.pk).update(revoked_at=now) != 1:
        raise Refused(ENDED)
    record(Did.REVOKED, row, by)


def record(did: Did, row: Invitation, by: Any) -> None:
    """Never with the address: the log outlives it."""
    name = row.get_role_display() or "hand-over"
    audit.record(did, What.INVITATION, name, by=by, team=row.team, site=row.site)


def open_ones(now: datetime, team: Team | None, site: Site | None) -> QuerySet[Invitation]:
    return Invitation.open(now).filter(team=team, site=site).select_related("made_by")


def send(row: Invitation, token: str) -> Sent:
    # Logs drop the query, and with it the token.
    link = f"{settings.PUBLIC_URL}{reverse('invitation')}?{urlencode({'token': token})}"
    if not (row.email and settings.SENDS_MAIL):
        return Sent(link=link)
    count_mail(row)
    outbox.send("invitation", row.email, context_of(row, link), reply_to=row.made_by.email)
    return Sent(to=row.email)


def count_mail(row: Invitation) -> None:
    """Raises `Refused` at the first too many in a day, whatever became of those before."""
    address = hashlib.sha256(row.email.encode()).hexdigest()
    if counted(f"by:{row.made_by_id}") > MOST_MAILS_BY_ONE:
        raise Refused(f"A person sends at most {MOST_MAILS_BY_ONE} invitations a day.")
    if counted(f"to:{address}") > MOST_MAILS_TO_ONE:
        raise Refused(f"At most {MOST_MAILS_TO_ONE} invitations a day are sent to one address.")


def counted(what: str) -> int:
    """How often, with this time, within the day that the first of them began."""
    key = f"invitations:{what}"
    cache.add(key, 0, DAY)
    try:
        return cache.incr(key)
    except ValueError:  # the day ended in between
        cache.set(key, 1, DAY)
        return 1


def context_of(row: Invitation, link: str) -> dict[str, str]:
    """The names are those that somebody gave: strangers read them."""
    return {
        "by": row.made_by.email,
        "kind": row.kind,
        "team": inert(row.team.name) if row.team else "",
        "site": row.site.domain if row.site else "",
        "link": link,
    }
