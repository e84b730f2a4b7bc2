"""The pages' addresses."""

from django.conf import settings
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="sites"), name="home"),
    # Browsers ask for it on pages that name no icon, such as the admin's.
    path("favicon.ico", RedirectView.as_view(url=f"{settings.STATIC_URL}img/mark.svg")),
    path("", include("dashboard.accounts.urls")),
    path("", include("dashboard.sites.urls")),
    path("", include("dashboard.report.urls")),
    path("", include("dashboard.live.urls")),
]
