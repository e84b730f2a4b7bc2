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
        # A shell starts background jobs with SIGINT ignored; Twisted would then leave it so.
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
    """End with a sentence where daphne would only log that it cannot listen."""
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
    """Run daphne with the consumer beside it; returns after a signal, when both have stopped."""
    from daphne.endpoints import build_endpoint_description_strings
    from daphne.server import Server

    from proj.asgi import application
    from proj.bodies import bound_bodies
    from proj.consumer import embedded_consumer
    from realtime import loop
    from tracking.drains import DrainRequests
    from tracking.warehouse import close, prepare

    consumer = embedded_consumer()
    drains = DrainRequests()

    def ready() -> None:
        loop.use_current()
        consumer.run_in_background()
        threading.Thread(target=in_background, args=[prepare], name="prepare", daemon=True).start()
        # What a killed process left behind need not wait for the next hit, nor the start for a
        # queue that is down.
        asyncio.get_event_loop().call_soon(drains.ask)

    bound_bodies()
    server = Server(
        application=application,
        endpoints=build_endpoint_description_strings(host=host, port=port),
        ready_callable=ready,
        server_name="footfall",
        verbosity=0,
        ping_interval=20,
        ping_timeout=30,
        websocket_max_message_size=16384,
        websocket_max_frame_size=16384,
        application_close_timeout=5,
    )
    server.run()
    consumer.stop(graceful=True)
    # DuckDB complains at length of what is still open when the interpreter ends.
    close()
