"""Whose wall it is, and the sites that it shows."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from realtime.tickets import Close, Refused, SessionTicket
from tracking.access import ordered_sites, wall_sites
from tracking.models import Site, WallLink

# More than fit on a screen that anybody reads.
MOST = 100


@dataclass(frozen=True, slots=True)
class LinkHolder:
    """Whoever has the secret link of a wall."""

    token: str


def sites_of(holder: SessionTicket | LinkHolder) -> tuple[list[Site], int]:
    """The sites of a wall in its person's order, and how many more there are.

    Raises `Refused` for a session or a link that is none any more.
    """
    found = all_sites_of(holder)
    sites = list(found[:MOST])
    return sites, found.count() - MOST if len(sites) == MOST else 0


def all_sites_of(holder: SessionTicket | LinkHolder) -> QuerySet[Site]:
    if isinstance(holder, LinkHolder):
        # PostgreSQL refuses to look for a text with NUL.
        token = holder.token.replace("\0", "")
        link = WallLink.valid(timezone.now()).filter(token=token).first()
        if link is None or not link.owner.is_active:
            raise Refused(Close.NO_ACCESS)
        return wall_sites(link)
    people = SessionTicket.people({holder})
    if not people:
        raise Refused(Close.SIGNED_OUT)
    return ordered_sites(people[holder])
