"""A site's report and each widget of it, for its members and for whoever has a link."""

from django.urls import path

from dashboard.downloads import one_of_few
from dashboard.report import notes, retention, segments, sharing, views, vitals

ROUTES = [
    ("", views.report, "report"),
    ("widgets/<slug:name>", views.widget, "widget"),
    ("widgets/<slug:name>.csv", one_of_few(views.download), "widget_csv"),
    ("suggestions", views.suggest, "suggestions"),
    ("badge.svg", views.badge, "badge"),
]

urlpatterns = [
    *(path(f"sites/<str:domain>/{route}", view, name=name) for route, view, name in ROUTES),
    *(
        path(f"share/<str:token>/{route}", view, name=f"shared_{name}")
        for route, view, name in ROUTES
    ),
    path("sites/<str:domain>/visits", views.visit_list, name="visits"),
    path("sites/<str:domain>/visits/<int:number>", views.visit, name="visit"),
    path("sites/<str:domain>/page", views.page, name="page"),
    path("sites/<str:domain>/retention", retention.retention, name="retention"),
    path("sites/<str:domain>/vitals", vitals.vitals, name="vitals"),
    path("share/<str:token>/password", sharing.unlock, name="shared_unlock"),
    path("sites/<str:domain>/segments", segments.segments, name="segments"),
    path("sites/<str:domain>/segments/save", segments.save, name="segment_save"),
    path("sites/<str:domain>/segments/<int:number>/delete", segments.delete, name="segment_delete"),
    path("sites/<str:domain>/notes", notes.notes, name="notes"),
    path("sites/<str:domain>/notes/<int:number>/delete", notes.delete, name="note_delete"),
    path("sites/<str:domain>/sharing", sharing.sharing, name="site_sharing"),
    path("sites/<str:domain>/sharing/public", sharing.publish, name="site_publish"),
    path("sites/<str:domain>/sharing/<int:number>/delete", sharing.delete, name="link_delete"),
]
