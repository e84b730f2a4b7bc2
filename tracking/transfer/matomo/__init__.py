"""Visits that Matomo's API gives out as events: answers of its method Live.getLastVisitsDetails."""
