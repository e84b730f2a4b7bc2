"""The API's addresses."""

from django.urls import path, re_path

from dashboard.api import (
    annotations,
    behaviour,
    errors,
    funnels,
    goals,
    links,
    live,
    retention,
    sites,
    stats,
)
from dashboard.api.endpoint import endpoint
from dashboard.api.openapi import openapi

urlpatterns = [
    path("api/openapi.json", openapi, name="openapi"),
    path("api/v2/query", endpoint(POST=stats.query)),
    path("api/v2/retention", endpoint(POST=retention.retention)),
    path("api/v2/funnel", endpoint(POST=behaviour.funnel)),
    path("api/v2/journey", endpoint(POST=behaviour.journey)),
    path("api/v1/stats/realtime/visitors", endpoint(GET=stats.visitors_now)),
    path("api/v1/live/events", live.events),
    path("api/v1/sites", endpoint(GET=sites.listing, POST=sites.create)),
    path("api/v1/sites/goals", endpoint(GET=goals.listing, PUT=goals.find_or_create)),
    path("api/v1/sites/goals/<str:goal_id>", endpoint(DELETE=goals.delete)),
    path(
        "api/v1/sites/annotations",
        endpoint(GET=annotations.listing, POST=annotations.find_or_create),
    ),
    path("api/v1/sites/annotations/<str:note_id>", endpoint(DELETE=annotations.delete)),
    path("api/v1/sites/funnels", endpoint(GET=funnels.listing, PUT=funnels.save)),
    path("api/v1/sites/funnels/<str:funnel_id>", endpoint(DELETE=funnels.delete)),
    path("api/v1/sites/shared-links", endpoint(GET=links.listing, PUT=links.find_or_create)),
    path(
        "api/v1/sites/<str:site_id>",
        endpoint(GET=sites.read, PUT=sites.update, DELETE=sites.delete),
    ),
    re_path("^api/", errors.no_address),
]
