"""The pages' addresses."""

from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="sites"), name="home"),
    path("", include("dashboard.accounts.urls")),
    path("", include("dashboard.sites.urls")),
    path("", include("dashboard.report.urls")),
    path("", include("dashboard.live.urls")),
]
