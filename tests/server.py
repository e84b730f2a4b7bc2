"""The real server as a process of its own, for tests that need one."""

import http.client
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from types import TracebackType

ROOT = Path(__file__).resolve().parent.parent
CHROME = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) "
    "Chrome/142.0.0.0 Safari/537.36"
)


# No system gives these to outgoing connections. Who asks for a port binds it later: each worker of
# a test run has its own, and gives none again before all others.
PORTS = range(20_000, 32_000)
WORKERS = 16


def own_ports(worker: int) -> Iterator[int]:
    own = PORTS[worker % WORKERS :: WORKERS]
    first = random.randrange(len(own))
    return cycle([*own[first:], *own[:first]])


_ports = own_ports(int(os.environ.get("PYTEST_XDIST_WORKER", "gw15").removeprefix("gw")))


def free_port() -> int:
    """A port that nobody has, each time another."""
    for port in _ports:
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port
    raise AssertionError("the ports have no end")


def answers(port: int) -> bool:
    """Whether a server shows its pages on a port."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/sign-in")
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
    return True


class Server:
    """`manage.py serve` over a data folder, on a free port; `output` is the file it writes to."""

    def __init__(self, data: Path, **environment: str) -> None:
        self.data = data
        self.port = free_port()
        self.url = f"http://localhost:{self.port}"
        self.output = data / "output.txt"
        self.environment = {
            **{key: value for key, value in os.environ.items() if key != "DJANGO_SETTINGS_MODULE"},
            "FOOTFALL_DATA": str(data),
            "FOOTFALL_SECRET_KEY": "tests",
            # All hits come from this machine, and some tests and measurements send many.
            "FOOTFALL_ADDRESS_RATE": "0",
            "FOOTFALL_SITE_RATE": "0",
            "PORT": str(self.port),
            "PYTHONUNBUFFERED": "1",
            **environment,
        }
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, seconds: float = 120) -> None:
        """Start it and wait until it answers; a server that does not is killed."""
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "serve"],
                cwd=ROOT,
                env=self.environment,
                stdout=output,
                stderr=output,
            )
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            if answers(self.port):
                return
            time.sleep(0.05)
        self.kill()
        raise AssertionError(f"the server did not start:\n{self.output.read_text()}")

    def stop(self) -> int:
        """Interrupt it as Ctrl-C does; returns its exit code."""
        assert self.process
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
        return self.process.wait(timeout=30)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def manage(self, *arguments: str, stdin: str = "") -> str:
        """What a management command prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout
