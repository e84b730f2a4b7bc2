"""The addresses of the pages and of the API."""

from django.templatetags.static import static
from django.urls import include, path
from django.utils.functional import lazy
from django.views.generic import RedirectView

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="sites"), name="home"),
    # Browsers ask for it on pages that name no icon, such as the admin's.
    path("favicon.ico", RedirectView.as_view(url=lazy(static, str)("img/mark.svg"))),
    path("", include("dashboard.accounts.urls")),
    path("", include("dashboard.sites.urls")),
    path("", include("dashboard.privacy.urls")),
    path("", include("dashboard.teams.urls")),
    path("", include("dashboard.audit.urls")),
    path("", include("dashboard.webhooks.urls")),
    path("", include("dashboard.alerts.urls")),
    path("", include("dashboard.mailed.urls")),
    path("", include("dashboard.goals.urls")),
    path("", include("dashboard.report.urls")),
    path("", include("dashboard.behaviour.urls")),
    path("", include("dashboard.live.urls")),
    path("", include("dashboard.wall.urls")),
    path("", include("dashboard.debugger.urls")),
    path("", include("dashboard.styles.urls")),
    path("", include("dashboard.api.urls")),
]
