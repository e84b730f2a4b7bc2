"""The right of a program that has an API key."""

from dataclasses import dataclass

from realtime.tickets import Close, SitesOf, Ticket
from tracking.models import ApiKey
from tracking.models.keys import Scope


@dataclass(frozen=True, slots=True)
class KeyTicket(Ticket):
    """A key's, while it is there, may read figures, and its owner may see the site."""

    key_id: int

    @classmethod
    def invalid(
        cls, site_id: int, held: "set[KeyTicket]", sites_of: SitesOf
    ) -> "dict[KeyTicket, Close]":
        keys = ApiKey.objects.filter(pk__in={ticket.key_id for ticket in held})
        reading = {
            key.pk: key.user
            for key in keys.filter(user__is_active=True).select_related("user")
            if Scope.STATS_READ in key.scopes
        }
        users = {user.pk: user for user in reading.values()}
        seeing = {pk for pk, user in users.items() if sites_of(user).filter(pk=site_id).exists()}
        reasons: dict[KeyTicket, Close] = {}
        for ticket in held:
            user = reading.get(ticket.key_id)
            if user is None:
                reasons[ticket] = Close.SIGNED_OUT
            elif user.pk not in seeing:
                reasons[ticket] = Close.NO_ACCESS
        return reasons
