"""A site's goals."""

from django.urls import path

from dashboard.goals import revenue, views

urlpatterns = [
    path("sites/<str:domain>/goals", views.goals, name="goals"),
    path("sites/<str:domain>/goals/suggested", views.accept, name="goals_accept"),
    path("sites/<str:domain>/goals/revenue", revenue.revenue, name="revenue"),
    path("sites/<str:domain>/goals/rates", revenue.add_rate, name="rate_add"),
    path(
        "sites/<str:domain>/goals/rates/<int:number>/remove",
        revenue.remove_rate,
        name="rate_remove",
    ),
    path("sites/<str:domain>/goals/<int:number>", views.goal, name="goal"),
    path("sites/<str:domain>/goals/<int:number>/remove", views.remove, name="goal_remove"),
]
