"""Where visitors came from who have been here for longer than their events are in memory."""

from collections.abc import Iterable

from realtime.presence.people import Origin
from tracking.models import Event

# At once; more are asked for when the figures are made the next time.
MOST = 500


class Origins:
    """Those of one site's visitors that were asked for; each is looked up once."""

    def __init__(self, site_id: int) -> None:
        self.site_id = site_id
        self.known: dict[int, Origin | None] = {}

    def of(self, visitors: Iterable[int]) -> dict[int, Origin]:
        """The origins of visitors as far as storage has them; forgets all others."""
        wanted = set(visitors)
        self.known = {who: origin for who, origin in self.known.items() if who in wanted}
        if unknown := list(wanted - self.known.keys())[:MOST]:
            self.known |= dict.fromkeys(unknown) | stored(self.site_id, unknown)
        return {visitor: origin for visitor, origin in self.known.items() if origin}


def stored(site_id: int, visitors: list[int]) -> dict[int, Origin]:
    events = Event.objects.filter(site_id=site_id, visitor__in=visitors).order_by("id")
    # The last of each visitor's stays.
    return {
        visitor: Origin(*origin)
        for visitor, *origin in events.values_list("visitor", "source", "country", "device")
    }
