"""The list of sites, and each site's pages apart from its figures."""

from django.urls import path

from dashboard.sites import views

urlpatterns = [
    path("sites/", views.sites, name="sites"),
    path("sites/new", views.add, name="site_add"),
    path("sites/<str:domain>/install", views.install, name="site_install"),
    path("sites/<str:domain>/settings", views.settings, name="site_settings"),
    path("sites/<str:domain>/delete", views.delete, name="site_delete"),
]
