"""The page of components."""

from django.urls import path

from dashboard.styles.views import styles

urlpatterns = [path("styles", styles, name="styles")]
