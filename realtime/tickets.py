"""By which right sockets are open, and whether it still holds for a site.

Each kind of ticket knows for itself what ends it; sockets of one kind are checked together.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, Self

from django.contrib.auth import HASH_SESSION_KEY, get_user_model
from django.contrib.sessions.models import Session
from django.utils import timezone
from django.utils.crypto import constant_time_compare

from tracking.access import Right, people_with
from tracking.models import SharedLink


class Close(IntEnum):
    """Why the server closes a socket: private codes, as daphne sends 1000 and 3000 to 4999 alone.

    What it refuses to send leaves a line open on which nothing comes.
    """

    MALFORMED = 4400
    SIGNED_OUT = 4401
    NO_ACCESS = 4404
    BEHIND = 4408
    LOST = 4410
    TOO_MANY = 4429
    TRY_AGAIN = 4503


class Refused(Exception):
    """Whoever asks for a line does not get it; the first argument is the `Close` that says why."""


class Ticket(ABC):
    """A right by which a socket was opened. Equal ones are one, so each can be hashed."""

    __slots__ = ()

    @classmethod
    @abstractmethod
    def invalid(cls, site_id: int, held: set[Self], right: Right) -> dict[Self, Close]:
        """Those that do not hold any more, and why; no query a holder or a socket."""


@dataclass(frozen=True, slots=True)
class SessionTicket(Ticket):
    """A person's, by the session in which they signed in."""

    user_id: int
    session_key: str
    session_hash: str

    @classmethod
    def of(cls, scope: dict[str, Any]) -> "SessionTicket":
        """The ticket of a connection; raises `Refused` where nobody is signed in."""
        if not scope["user"].is_authenticated:
            raise Refused(Close.SIGNED_OUT)
        session = scope["session"]
        return cls(scope["user"].pk, session.session_key, session.get(HASH_SESSION_KEY, ""))

    @classmethod
    def people(cls, held: "set[SessionTicket]") -> "dict[SessionTicket, Any]":
        """Who is still signed in by each of these."""
        keys = {ticket.session_key for ticket in held}
        living = Session.objects.filter(session_key__in=keys, expire_date__gt=timezone.now())
        sessions = set(living.values_list("session_key", flat=True))
        users = get_user_model().objects.in_bulk({ticket.user_id for ticket in held})
        return {
            ticket: user
            for ticket in held
            if ticket.session_key in sessions
            and (user := users.get(ticket.user_id)) is not None
            and ticket.is_session_of(user)
        }

    @classmethod
    def invalid(
        cls, site_id: int, held: "set[SessionTicket]", right: Right
    ) -> "dict[SessionTicket, Close]":
        people = cls.people(held)
        allowed = allowed_people(site_id, {ticket.user_id for ticket in people}, right)
        return {
            ticket: Close.NO_ACCESS if ticket in people else Close.SIGNED_OUT
            for ticket in held
            if ticket not in people or ticket.user_id not in allowed
        }

    def is_session_of(self, user: Any) -> bool:
        """A changed password ends the sessions begun under the old one."""
        return constant_time_compare(self.session_hash, user.get_session_auth_hash())


@dataclass(frozen=True, slots=True)
class LinkTicket(Ticket):
    """Of whoever has a link to a report, and where it asks for a password has given that."""

    link_id: int
    proof: str

    @classmethod
    def invalid(
        cls, site_id: int, held: "set[LinkTicket]", right: Right
    ) -> "dict[LinkTicket, Close]":
        found = SharedLink.valid(timezone.now()).filter(
            site=site_id, pk__in={ticket.link_id for ticket in held}
        )
        proofs = {link.pk: link.proof for link in found}
        return {
            ticket: Close.NO_ACCESS for ticket in held if proofs.get(ticket.link_id) != ticket.proof
        }


@dataclass(frozen=True, slots=True)
class HouseTicket(Ticket):
    """Of a part of this server that asks by itself whether its own readers may go on."""

    @classmethod
    def invalid(
        cls, site_id: int, held: "set[HouseTicket]", right: Right
    ) -> "dict[HouseTicket, Close]":
        return {}


def allowed_people(site_id: int, people: set[int], right: Right) -> set[int]:
    """Those of the people, by their ids, who have the right with a site."""
    return set(people_with(site_id, right).filter(pk__in=people).values_list("pk", flat=True))


def invalid(site_id: int, tickets: set[Ticket], right: Right = Right.SEE) -> dict[Ticket, Close]:
    """The tickets that do not hold any more, and why."""
    reasons: dict[Ticket, Close] = {}
    for kind in {type(ticket) for ticket in tickets}:
        held = {ticket for ticket in tickets if type(ticket) is kind}
        reasons |= kind.invalid(site_id, held, right)
    return reasons
