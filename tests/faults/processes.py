"""The server as processes of its own, without what a server for the public has before it.

`OneProcess` is a shape that is shipped; the others measure or break a part alone.
"""

import random
import signal
import ssl
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

import psutil

from tests.server import ROOT, Server, answers, free_port


class OneProcess(Server):
    """All of it is killed at once, and started again."""

    parts = ("server",)
    tls: ssl.SSLContext | None = None

    @property
    def pages_url(self) -> str:
        return self.url

    def kill_part(self, _part: str, _chance: random.Random) -> None:
        """Kill it and start it again, as a supervisor does; returns when it answers."""
        self.kill()
        self.start()

    @property
    def accepting(self) -> list[int]:
        """The processes that take hits."""
        assert self.process
        return [self.process.pid]

    with_sockets = accepting

    def settle(self) -> None:
        """Nothing that was answered waits outside of it."""


class SeveralProcesses(Server):
    """The accept application under gunicorn with two workers, the queue's consumer, the pages.

    Its database has to be there, as `tests.prepared` makes it.
    """

    def __init__(self, data: Path, **environment: str) -> None:
        super().__init__(data, **environment)
        self.pages_port = free_port()
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        gunicorn = ["-m", "gunicorn", "--log-level", "warning"]
        self.commands = {
            "hits": [*gunicorn, *self.asgi(self.port, 2), "proj.hits:application"],
            "queue": ["manage.py", "run_huey"],
            "pages": [*gunicorn, *self.asgi(self.pages_port, 1), "proj.asgi:application"],
        }

    @staticmethod
    def asgi(port: int, workers: int) -> list[str]:
        return ["-k", "asgi", "-w", str(workers), "-b", f"127.0.0.1:{port}"]

    def start(self, seconds: float = 120) -> None:
        for name in self.commands:
            self.start_one(name)

    def start_one(self, name: str) -> None:
        self.spawn(name)
        if name != "queue":
            self.wait_until(lambda: self.serves(name))

    def spawn(self, name: str) -> None:
        with self.output.open("ab") as output:
            self.running[name] = subprocess.Popen(
                [sys.executable, *self.commands[name]],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
            )

    def serves(self, name: str) -> bool:
        """Whether workers of the running master answer; starts a master that has ended again.

        The port may still be with a killed master's workers, so that the next one cannot have it.
        """
        if self.running[name].poll() is not None:
            self.spawn(name)
        port = self.port if name == "hits" else self.pages_port
        return bool(self.workers(name)) and answers(port)

    def workers(self, name: str) -> list[int]:
        master = psutil.Process(self.running[name].pid)
        return [worker.pid for worker in master.children()]

    def wait_until(self, holds: Callable[[], bool], seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, self.output.read_text()[-4000:]
            time.sleep(0.1)

    def kill_named(self, name: str) -> None:
        self.running[name].kill()
        self.running[name].wait()

    @property
    def pages_url(self) -> str:
        return f"http://localhost:{self.pages_port}"

    def stop(self) -> int:
        # run_huey stops at SIGINT, and gunicorn stops at it at once.
        for process in self.running.values():
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
        return max(abs(process.wait(timeout=30)) for process in self.running.values())

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


# daphne refuses to send larger ones, too.
LARGEST_FRAME = 1_048_576


class WithDaphne(SeveralProcesses):
    """As deployed behind nginx: daphne serves the websockets, Redis carries queue and feed.

    Its Redis is `REDIS_URL` of the environment. Here daphne serves the pages too.
    """

    def __init__(self, data: Path, **environment: str) -> None:
        super().__init__(data, **environment)
        limits = [f"--websocket-max-{what}-size={LARGEST_FRAME}" for what in ("message", "frame")]
        pings = ["--ping-interval", "20", "--ping-timeout", "30", "-v", "0"]
        at = ["-b", "127.0.0.1", "-p", str(self.pages_port)]
        self.commands["hits"] = ["-m", "gunicorn", "--log-level", "warning"]
        self.commands["hits"] += [*self.asgi(self.port, 1), "proj.hits:application"]
        self.commands["pages"] = ["-m", "daphne", *at, *limits, *pings, "proj.asgi:application"]

    def workers(self, name: str) -> list[int]:
        return [self.running[name].pid] if name == "pages" else super().workers(name)

    def stop(self) -> int:
        # Started in the background of a shell, daphne knows no SIGINT.
        if self.running["pages"].poll() is None:
            self.running["pages"].terminate()
        return super().stop()


Shape = OneProcess | SeveralProcesses
SHAPES: dict[str, type[Shape]] = {
    "one process": OneProcess,
    "several processes": SeveralProcesses,
}
