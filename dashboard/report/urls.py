"""A site's report and each widget of it."""

from django.urls import path

from dashboard.report import views

urlpatterns = [
    path("sites/<str:domain>/", views.report, name="report"),
    path("sites/<str:domain>/widgets/<slug:name>", views.widget, name="widget"),
    path("sites/<str:domain>/widgets/<slug:name>.csv", views.download, name="widget_csv"),
    path("sites/<str:domain>/suggestions", views.suggest, name="suggestions"),
]
