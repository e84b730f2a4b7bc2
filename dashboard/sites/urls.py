"""The list of sites, and each site's pages apart from its figures."""

from django.urls import path

from dashboard.sites import rules, views

urlpatterns = [
    path("sites/", views.sites, name="sites"),
    path("sites/new", views.add, name="site_add"),
    path("sites/<str:domain>/install", views.install, name="site_install"),
    path("sites/<str:domain>/settings", views.settings, name="site_settings"),
    path("sites/<str:domain>/hits", rules.rules, name="site_rules"),
    path("sites/<str:domain>/aliases", rules.add_alias, name="alias_add"),
    path("sites/<str:domain>/aliases/<int:alias>/remove", rules.remove_alias, name="alias_remove"),
    path("sites/<str:domain>/delete", views.delete, name="site_delete"),
]
