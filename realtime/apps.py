from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from realtime import publish
        from realtime.debugger import publish as debugger_publish
        from realtime.out.dispatch import dispatcher
        from tracking.signals import events_stored

        publish.listen()
        debugger_publish.listen()
        events_stored.connect(dispatcher.wake, dispatch_uid="realtime.out.dispatch")
