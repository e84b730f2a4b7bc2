"""The list of sites, and each site's pages apart from its figures."""

from django.urls import path

from dashboard.downloads import one_of_few
from dashboard.sites import listing, opt_out, rules, transfer, views

urlpatterns = [
    path("sites/", listing.sites, name="sites"),
    path("sites/order", listing.order, name="sites_order"),
    path("sites/<str:domain>/card", listing.card, name="site_card"),
    path("sites/<str:domain>/pin", listing.pin, name="site_pin"),
    path("opt-out/<str:visited>", opt_out.opt_out, name="opt_out"),
    path("sites/new", views.add, name="site_add"),
    path("sites/<str:domain>/install", views.install, name="site_install"),
    path("sites/<str:domain>/settings", views.settings, name="site_settings"),
    path("sites/<str:domain>/hits", rules.rules, name="site_rules"),
    path("sites/<str:domain>/aliases", rules.add_alias, name="alias_add"),
    path("sites/<str:domain>/aliases/<int:alias>/remove", rules.remove_alias, name="alias_remove"),
    path("sites/<str:domain>/transfer", transfer.transfer, name="site_transfer"),
    path("sites/<str:domain>/export", one_of_few(transfer.export), name="site_export"),
    path("sites/<str:domain>/imports", transfer.imports, name="imports"),
    path("sites/<str:domain>/imports/begin", transfer.begin, name="import_begin"),
    path("sites/<str:domain>/imports/guess", transfer.guess, name="import_guess"),
    path("sites/<str:domain>/imports/<int:number>/part", transfer.add_part, name="import_part"),
    path("sites/<str:domain>/imports/<int:number>/cancel", transfer.cancel, name="import_cancel"),
    path("sites/<str:domain>/imports/<int:number>/choose", transfer.choose, name="import_choose"),
    path("sites/<str:domain>/imports/<int:number>/remove", transfer.remove, name="import_remove"),
    path(
        "sites/<str:domain>/imports/<int:number>/refused", transfer.refused, name="import_refused"
    ),
    path("sites/<str:domain>/delete", views.delete, name="site_delete"),
]
