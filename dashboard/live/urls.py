from django.urls import path

from dashboard.live.views import live

urlpatterns = [path("sites/<str:domain>/live", live, name="live")]
