from django.apps import AppConfig


class RealtimeConfig(AppConfig):
    name = "realtime"

    def ready(self) -> None:
        from realtime import publish
        from realtime.debugger import publish as debugger_publish
        from realtime.out.dispatch import dispatcher
        from realtime.out.erasing import forget_before, forget_visits
        from realtime.subscriptions import bounces  # noqa: F401, what it listens to
        from tracking.signals import events_stored, visits_erased, visits_forgotten

        publish.listen()
        debugger_publish.listen()
        events_stored.connect(dispatcher.wake, dispatch_uid="realtime.out.dispatch")
        visits_erased.connect(forget_visits, dispatch_uid="realtime.out.erasing")
        visits_forgotten.connect(forget_before, dispatch_uid="realtime.out.erasing")
