"""The right of a program that has an API key."""

from dataclasses import dataclass

from django.db.models import Q
from django.utils import timezone

from realtime.tickets import Close, Ticket, allowed_people
from tracking.access import Right
from tracking.models import ApiKey
from tracking.models.keys import Scope


@dataclass(frozen=True, slots=True)
class KeyTicket(Ticket):
    """A key's, while it is there, may read figures, and its owner may see the site."""

    key_id: int

    @classmethod
    def invalid(
        cls, site_id: int, held: "set[KeyTicket]", right: Right
    ) -> "dict[KeyTicket, Close]":
        # One that opens another site is as one that is gone: a key's site never changes.
        of_the_site = Q(site=None) | Q(site=site_id)
        ids = {ticket.key_id for ticket in held}
        keys = ApiKey.living(timezone.now()).filter(of_the_site, pk__in=ids)
        reading = {key.pk: key.user_id for key in keys if Scope.STATS_READ in key.scopes}
        allowed = allowed_people(site_id, set(reading.values()), right)
        reasons: dict[KeyTicket, Close] = {}
        for ticket in held:
            user_id = reading.get(ticket.key_id)
            if user_id is None:
                reasons[ticket] = Close.SIGNED_OUT
            elif user_id not in allowed:
                reasons[ticket] = Close.NO_ACCESS
        return reasons
