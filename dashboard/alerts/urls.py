from django.urls import path

from dashboard.alerts import views
from dashboard.alerts.then import then

urlpatterns = [
    path("sites/<str:domain>/alerts", views.alerts, name="alerts"),
    path("sites/<str:domain>/alerts/then", then, name="alert_then"),
    path("sites/<str:domain>/alerts/<int:alert>", views.alert, name="alert"),
    path("sites/<str:domain>/alerts/<int:alert>/remove", views.remove, name="alert_remove"),
    path("sites/<str:domain>/alerts/<int:alert>/try", views.try_out, name="alert_try"),
]
