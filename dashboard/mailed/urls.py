"""Reports by mail: of a site, of a team, and what the links in mails open."""

from collections.abc import Callable
from typing import Any

from django.urls import URLPattern, path

from dashboard.access import site_view, team_view
from dashboard.mailed import links, pages
from tracking.access import Right

VIEWS: list[tuple[str, str, Callable[..., Any], Right]] = [
    ("reports", "reports", pages.reports, Right.SEE),
    ("reports/preview", "reports_preview", pages.preview, Right.SEE),
    ("reports/preview/mail", "reports_preview_mail", pages.preview_mail, Right.SEE),
    ("reports/send", "reports_send", pages.send_now, Right.SEE),
    ("reports/add", "reports_add", pages.add, Right.MANAGE),
    ("reports/<int:number>/remove", "reports_remove", pages.remove, Right.MANAGE),
    ("reports/<int:number>/resume", "reports_resume", pages.resume, Right.MANAGE),
]


def of_a_site(route: str, name: str, view: Callable[..., Any], right: Right) -> URLPattern:
    return path(f"sites/<str:domain>/{route}", site_view(right)(view), name=f"site_{name}")


def of_a_team(route: str, name: str, view: Callable[..., Any], right: Right) -> URLPattern:
    return path(f"teams/<int:team>/{route}", team_view(right)(view), name=f"team_{name}")


urlpatterns = [
    *(of_a_site(*each) for each in VIEWS),
    *(of_a_team(*each) for each in VIEWS),
    path("reports/unsubscribe", links.unsubscribe, name="report_unsubscribe"),
    path("reports/confirm", links.confirm, name="report_confirm"),
]
