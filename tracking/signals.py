"""The one road upwards: what `tracking` tells whoever listens."""

from django.dispatch import Signal

# Sent after the commit that stored events, in the thread that stored them.
# events: list[tracking.enrich.event.EnrichedEvent], in the order of their ids.
events_stored = Signal()

# Sent likewise, with what became of the hits of sites that somebody watches in the ingest debugger.
# traces: list[tracking.enrich.trace.Trace], in the order of acceptance, refused hits among them.
hits_traced = Signal()

# Sent in the transaction that deletes the first of what was stored of a visitor.
# site_id: int; visits: set[int], the ids of the visits that are to be no more.
visits_erased = Signal()

# Sent when a site's visits that began before a moment are deleted.
# site_id: int; before: datetime.
visits_forgotten = Signal()
