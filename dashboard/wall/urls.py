"""The wall of all sites, and the links by which others see one."""

from django.urls import path

from dashboard.wall import links, views

urlpatterns = [
    path("wall", views.wall, name="wall"),
    path("wall/links", links.links, name="wall_links"),
    path("wall/links/<int:number>/revoke", links.revoke, name="wall_link_revoke"),
    path("wall/<str:token>", views.shared_wall, name="shared_wall"),
]
