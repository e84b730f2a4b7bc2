"""The administration of what is tracked. Rows that a person must not edit can only be looked at."""

from tracking.admin import hits, imports, people, server, sites

__all__ = ["hits", "imports", "people", "server", "sites"]
