from django.urls import path

from dashboard.debugger.views import debugger

urlpatterns = [path("sites/<str:domain>/debugger", debugger, name="debugger")]
