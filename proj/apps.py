from django.apps import AppConfig


class ProjConfig(AppConfig):
    name = "proj"
