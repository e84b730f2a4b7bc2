"""A site's goals."""

from django.urls import path

from dashboard.goals import revenue, views

S = "sites/<str:domain>/"

urlpatterns = [
    path(f"{S}goals", views.goals, name="goals"),
    path(f"{S}goals/suggested", views.accept, name="goals_accept"),
    path(f"{S}goals/revenue", revenue.revenue, name="revenue"),
    path(f"{S}goals/rates", revenue.add_rate, name="rate_add"),
    path(f"{S}goals/rates/<int:number>/remove", revenue.remove_rate, name="rate_remove"),
    path(f"{S}goals/<int:number>", views.goal, name="goal"),
    path(f"{S}goals/<int:number>/remove", views.remove, name="goal_remove"),
]
