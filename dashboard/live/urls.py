from django.urls import path

from dashboard.live.views import at, live

urlpatterns = [
    path("sites/<str:domain>/live", live, name="live"),
    path("sites/<str:domain>/live/at", at, name="live_at"),
]
