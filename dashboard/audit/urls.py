from django.urls import path

from dashboard.audit import views

urlpatterns = [
    path("sites/<str:domain>/audit", views.audit, name="audit"),
    path("sites/<str:domain>/audit.csv", views.audit_csv, name="audit_csv"),
]
