"""`/metrics`: the figures of the whole server, whichever of its processes is asked."""
