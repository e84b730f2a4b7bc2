"""A hit on its way, for the ingest debugger."""

from dataclasses import dataclass

from tracking.enrich.event import EnrichedEvent
from tracking.ingest.hit import WaitingHit


@dataclass(frozen=True, slots=True)
class Trace:
    """What came of one hit of a site that somebody watches.

    `event` is None for a refused hit, whose reason is `hit.refused`, and for one that was set aside
    with `error`.
    """

    site_id: int
    hit: WaitingHit
    event: EnrichedEvent | None = None
    error: str = ""
