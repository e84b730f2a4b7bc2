from django.urls import path

from dashboard.webhooks import views

urlpatterns = [
    path("sites/<str:domain>/webhooks", views.webhooks, name="webhooks"),
    path("sites/<str:domain>/webhooks/<int:hook>", views.webhook, name="webhook"),
    path("sites/<str:domain>/webhooks/<int:hook>/log", views.log, name="webhook_log"),
    path("sites/<str:domain>/webhooks/<int:hook>/roll", views.roll, name="webhook_roll"),
    path("sites/<str:domain>/webhooks/<int:hook>/test", views.send_test, name="webhook_test"),
    path("sites/<str:domain>/webhooks/<int:hook>/replay", views.replay, name="webhook_replay"),
    path("sites/<str:domain>/webhooks/<int:hook>/remove", views.remove, name="webhook_remove"),
]
