"""A site's choices about privacy, the data of one visitor, and the page that tells it all."""

from django.urls import path

from dashboard.downloads import one_of_few
from dashboard.privacy import choices, data_page, visitor

urlpatterns = [
    path("sites/<str:domain>/privacy", choices.choices, name="site_privacy"),
    path("sites/<str:domain>/visitor", visitor.find, name="visitor_find"),
    path("sites/<str:domain>/visitor/export", one_of_few(visitor.export), name="visitor_export"),
    path("sites/<str:domain>/visitor/erase", visitor.erase, name="visitor_erase"),
    # Not `domain`, of which only members may see something.
    path("privacy/<str:visited>", data_page.data_page, name="data_page"),
]
