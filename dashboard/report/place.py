"""From where a report is seen: a member's pages. Its addresses follow from that."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from tracking.models import Site

# Left as they are in a query string, where they mean nothing, so that a person can read it.
READABLE = ":,/"

Parameters = Sequence[tuple[str, str]]


@dataclass(frozen=True)
class Place:
    site: Site

    def url(self, name: str, *rest: str, parameters: Parameters = ()) -> str:
        """The address of one of the site's routes, `rest` being what comes after the domain."""
        address = reverse(name, args=[self.site.domain, *rest])
        return f"{address}?{urlencode(parameters, safe=READABLE)}" if parameters else address
