from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from realtime import publish
        from realtime.debugger import publish as debugger_publish

        publish.listen()
        debugger_publish.listen()
