"""The one-process default: pages, hits, websockets and the queue's consumer."""

import asyncio
import errno
import os
import signal
import socket
import subprocess
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from proj.static_files import collect_if_changed


class Command(BaseCommand):
    help = "Migrate, then serve everything from this one process until it is interrupted."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--demo", action="store_true", help="also send simulated visitors to a demo site"
        )

    def handle(self, *args: Any, demo: bool, **options: Any) -> None:
        # A shell starts background jobs with SIGINT ignored, which they would stay.
        signal.signal(signal.SIGINT, signal.default_int_handler)
        refuse_taken_port(settings.BIND, settings.PORT)
        refuse_unreadable_places(settings.GEOIP_FILE)
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEBUG:
            collect_if_changed()
        self.announce()
        visitors = start_demo() if demo else None
        try:
            serve(settings.BIND, settings.PORT)
        finally:
            if visitors:
                visitors.send_signal(signal.SIGINT)
                visitors.wait(timeout=10)
        self.stdout.write("Footfall has stopped.")

    def announce(self) -> None:
        from dashboard.accounts.setup import first_owner_link

        self.stdout.write(f"Footfall serves {settings.PUBLIC_URL} (Ctrl-C stops it)")
        if link := first_owner_link():
            self.stdout.write(f"Make the first owner, once, at {link}")
        self.stdout.flush()


def refuse_taken_port(host: str, port: int) -> None:
    """End with a sentence where the server would only log that it cannot listen."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            why = "is taken" if error.errno == errno.EADDRINUSE else f"({error.strerror})"
            raise CommandError(
                f"Footfall cannot start: {host} port {port} {why}; set PORT or FOOTFALL_BIND"
            ) from None


def refuse_unreadable_places(path: Path) -> None:
    from maxminddb import InvalidDatabaseError

    from tracking.ingest.place import Places

    try:
        Places(path).close()
    except (InvalidDatabaseError, OSError):
        raise CommandError(
            f"Footfall cannot start: FOOTFALL_GEOIP_FILE must be a city database in the MMDB "
            f"format, and {path} is none; remove it to use the data that came with Footfall"
        ) from None


def start_demo() -> subprocess.Popen[bytes]:
    # A group of its own: Ctrl-C reaches the server alone, which then ends its visitors.
    return subprocess.Popen(  # noqa: S603
        [sys.executable, sys.argv[0], "demo_visitors"], start_new_session=True, env=os.environ
    )


def in_background(work: Callable[[], None]) -> None:
    """For a thread: do the work, then give back the thread's database connection."""
    try:
        work()
    finally:
        connections.close_all()


def serve(host: str, port: int) -> None:
    """Run uvicorn with the consumer beside it; returns after a signal, when both have stopped."""
    import uvicorn

    from proj import stopping
    from proj.asgi import application
    from proj.consumer import embedded_consumer
    from proj.heads import BoundedHeads
    from proj.lifespan import Lifespan
    from realtime import loop
    from tracking.drains import DrainRequests
    from tracking.warehouse import close, prepare

    consumer = embedded_consumer()
    drains = DrainRequests()
    preparing = threading.Thread(target=in_background, args=[prepare], name="prepare")

    def started() -> None:
        stopping.watch()
        loop.use_current()
        consumer.run_in_background()
        preparing.start()
        # What a killed process left behind need not wait for the next hit, nor the start for a
        # queue that is down.
        asyncio.get_running_loop().call_soon(drains.ask)

    config = uvicorn.Config(
        Lifespan(application, started),
        host=host,
        port=port,
        log_config=None,
        access_log=False,
        # The accept application decides by itself whom it believes.
        proxy_headers=False,
        server_header=False,
        headers=[("server", "footfall")],
        http=BoundedHeads,
        ws="websockets-sansio",
        ws_max_size=16384,
        ws_ping_interval=20,
        ws_ping_timeout=30,
        timeout_graceful_shutdown=5,
    )
    # uvicorn stops at a signal and then raises it again.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    with suppress(KeyboardInterrupt):
        uvicorn.Server(config).run()
    consumer.stop(graceful=True)
    # DuckDB complains at length of what is still open, or in use, when the interpreter ends.
    if preparing.is_alive():
        preparing.join()
    close()
