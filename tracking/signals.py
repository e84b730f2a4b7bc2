"""The one road upwards: what `tracking` tells whoever listens."""

from django.dispatch import Signal

# Sent after the commit that stored events, in the thread that stored them.
# events: list[tracking.enrich.event.EnrichedEvent], in the order of their ids.
events_stored = Signal()

# Sent likewise, with what became of the hits of sites that somebody watches in the ingest debugger.
# traces: list[tracking.enrich.trace.Trace], in the order of acceptance, refused hits among them.
hits_traced = Signal()

# Sent after all that was stored of a visitor is deleted.
# site_id: int; visits: set[int], the ids of the visits that are no more.
visits_erased = Signal()
