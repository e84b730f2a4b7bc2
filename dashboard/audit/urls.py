from django.urls import path

from dashboard.audit import views
from dashboard.downloads import one_of_few

urlpatterns = [
    path("sites/<str:domain>/audit", views.audit, name="audit"),
    path("sites/<str:domain>/audit.csv", one_of_few(views.audit_csv), name="audit_csv"),
    path("teams/<int:team>/audit", views.team_audit, name="team_audit"),
    path("teams/<int:team>/audit.csv", one_of_few(views.team_audit_csv), name="team_audit_csv"),
]
