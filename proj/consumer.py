"""Huey's consumer inside the server's process."""

import threading

from django.conf import settings
from django.utils.module_loading import autodiscover_modules
from huey.consumer import Consumer
from huey.contrib.djhuey import HUEY


class EmbeddedConsumer(Consumer):
    """A consumer that leaves signals to the server around it, whose thread alone may take them."""

    def _set_signal_handlers(self) -> None:
        pass

    def run_in_background(self) -> None:
        threading.Thread(target=self.run, name="huey", daemon=True).start()


def embedded_consumer() -> EmbeddedConsumer:
    autodiscover_modules("tasks")
    return EmbeddedConsumer(HUEY, **settings.HUEY["consumer"])
