"""Funnels and journeys of a site; shared links do not lead there."""

from django.urls import path

from dashboard.behaviour import funnels, journeys, saving

S = "sites/<str:domain>/"

urlpatterns = [
    path(f"{S}funnels", funnels.funnels, name="funnels"),
    path(f"{S}funnels/elsewhere", funnels.elsewhere, name="funnel_elsewhere"),
    path(f"{S}funnels/save", saving.save, name="funnel_save"),
    path(f"{S}funnels/<int:number>/delete", saving.delete, name="funnel_delete"),
    path(f"{S}journeys", journeys.journeys, name="journeys"),
    path(f"{S}journeys/stops", journeys.stops, name="journey_stops"),
]
