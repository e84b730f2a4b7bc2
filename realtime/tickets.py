"""Whether the people behind open sockets may still see a site."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tracking.access import visible_sites
from tracking.models import Site


class Close(IntEnum):
    """Why the server closes a socket."""

    MALFORMED = 4400
    SIGNED_OUT = 4401
    NO_ACCESS = 4404
    BEHIND = 4408
    TRY_AGAIN = 1013


@dataclass(frozen=True, slots=True)
class Ticket:
    """By which session a socket was opened."""

    user_id: int
    session_key: str
    session_hash: str

    @classmethod
    def of(cls, scope: dict[str, Any]) -> "Ticket":
        session = scope["session"]
        return cls(scope["user"].pk, session.session_key, session.get(HASH_SESSION_KEY, ""))


def invalid(
    site_id: int,
    tickets: set[Ticket],
    sites_of: Callable[[Any], QuerySet[Site]] = visible_sites,
) -> dict[Ticket, Close]:
    """The tickets that do not hold any more, and why; a query a person, none a socket.

    `sites_of` are the sites of which a person may have a line.
    """
    keys = {ticket.session_key for ticket in tickets}
    living = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
    sessions = set(living.values_list("session_key", flat=True))
    people = get_user_model().objects.in_bulk({ticket.user_id for ticket in tickets})
    seeing = {pk for pk, user in people.items() if sites_of(user).filter(pk=site_id).exists()}
    reasons = {}
    for ticket in tickets:
        user = people.get(ticket.user_id)
        if ticket.session_key not in sessions or user is None or not same_session(ticket, user):
            reasons[ticket] = Close.SIGNED_OUT
        elif ticket.user_id not in seeing:
            reasons[ticket] = Close.NO_ACCESS
    return reasons


def same_session(ticket: Ticket, user: Any) -> bool:
    """A changed password ends the sessions begun under the old one."""
    return constant_time_compare(ticket.session_hash, user.get_session_auth_hash())
