"""The one road upwards: what `tracking` tells whoever listens."""

from django.dispatch import Signal

# Sent after the commit that stored events, in the thread that stored them.
# events: list[tracking.enrich.event.EnrichedEvent], in the order of their ids.
events_stored = Signal()
