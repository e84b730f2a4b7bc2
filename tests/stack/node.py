"""One machine's processes, under supervisor with `deploy/supervisor/`."""

import os
import shlex
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any

import psutil
from supervisor.xmlrpc import SupervisorTransport

from tests.server import ROOT, answers, free_port
from tests.stack.nginx import replaced

PATIENCE = 300.0
SHIPPED = ROOT / "deploy" / "supervisor"
PORTS = {"hits": 8001, "pages": 8000, "sockets": 8002}


class Node:
    """Used as `with`, with an `environment`; only the operators' `supervisord.conf` is edited."""

    def __init__(self, folder: Path, programs: dict[str, int]) -> None:
        self.folder = folder
        self.programs = programs
        self.environment: dict[str, str] = {}
        self.ports = {name: free_port() for name in PORTS}
        self.process: subprocess.Popen[bytes] | None = None
        folder.mkdir()

    def write_files(self) -> None:
        text = (SHIPPED / "supervisord.conf").read_text()
        for name, port in PORTS.items():
            text = replaced(text, f"127.0.0.1:{port}", f"127.0.0.1:{self.ports[name]}")
        for name in (*PORTS, "queue"):
            key = f"FOOTFALL_{name.upper()}_PROCESSES="
            text = replaced(text, rf'{key}"\d+"', f'{key}"{self.programs.get(name, 0)}"')
        text = replaced(text, "/etc/footfall/footfall.env", f"{self.folder}/footfall.env")
        text = replaced(text, "/opt/footfall/current", str(ROOT))
        text = replaced(text, "/(var/log|run)/footfall", str(self.folder))
        (self.folder / "supervisord.conf").write_text(text)
        settings = {k: v for k, v in self.environment.items() if os.environ.get(k) != v}
        lines = [f"{name}={shlex.quote(value)}\n" for name, value in settings.items()]
        (self.folder / "footfall.env").write_text("".join(lines))

    def __enter__(self) -> "Node":
        self.write_files()
        command = ["-m", "supervisor.supervisord", "-n", "-c", "supervisord.conf"]
        inherited = {k: v for k, v in os.environ.items() if k != "DJANGO_SETTINGS_MODULE"}
        with (self.folder / "output.txt").open("wb") as output:
            self.process = subprocess.Popen(
                [sys.executable, *command],
                cwd=self.folder,
                env=inherited,
                stdout=output,
                stderr=output,
            )
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        assert self.process
        # All at once: by itself it ends one program after the other.
        with suppress(OSError, xmlrpc.client.Fault):
            self.supervisor.stopAllProcesses(False)
        self.process.terminate()
        self.process.wait(PATIENCE)

    @property
    def supervisor(self) -> Any:
        """What `supervisorctl` speaks to."""
        transport = SupervisorTransport(None, None, f"unix://{self.folder}/supervisor.sock")
        return xmlrpc.client.ServerProxy("http://127.0.0.1", transport).supervisor

    def members(self, name: str) -> list[str]:
        """The processes of a program, as supervisor names them."""
        return [f"{name}:{number}" for number in range(self.programs.get(name, 0))]

    def pids(self, name: str) -> list[int]:
        """Those of the processes that supervisor started, gunicorn's masters, that run."""
        found = [self.supervisor.getProcessInfo(member)["pid"] for member in self.members(name)]
        return [pid for pid in found if pid]

    def start(self, name: str) -> None:
        """Start what is stopped, and return when it answers."""
        for member in self.members(name):
            with suppress(xmlrpc.client.Fault):  # it runs already
                self.supervisor.startProcess(member, False)
        self.wait_until(lambda: self.is_ready(name))

    def stop(self, name: str) -> None:
        self.supervisor.stopProcessGroup(name)

    def restart(self, name: str) -> None:
        """One process after the other, each ended by SIGTERM (the queue's by SIGINT)."""
        for number, member in enumerate(self.members(name)):
            begun = self.readied(name, number)
            self.supervisor.stopProcess(member)
            self.supervisor.startProcess(member, False)
            if name in ("hits", "pages"):
                self.wait_until(lambda n=number, b=begun: self.readied(name, n) > b)
        self.wait_until(lambda: self.is_ready(name))

    def readied(self, name: str, number: int) -> int:
        """How many workers of a gunicorn have told so far that they are ready."""
        return self.log_path(name, number).read_text().count("Worker is ready")

    def kill(self, name: str, number: int = 0) -> None:
        """Kill a process at once, its workers with it; supervisor starts it again."""
        pid = self.supervisor.getProcessInfo(f"{name}:{number}")["pid"]
        with suppress(psutil.NoSuchProcess):
            master = psutil.Process(pid)
            for process in (*master.children(recursive=True), master):
                with suppress(psutil.NoSuchProcess):
                    process.kill()

    def is_ready(self, name: str) -> bool:
        """Whether all its processes run, and one answers."""
        if len(self.pids(name)) < self.programs.get(name, 0):
            return False
        return name not in self.ports or answers(self.ports[name])

    def log_path(self, name: str, number: int = 0) -> Path:
        return self.folder / f"{name}-{number}.log"

    def log(self, name: str) -> str:
        """What all processes of a program have written."""
        paths = [self.log_path(name, n) for n in range(self.programs.get(name, 0))]
        return "".join(path.read_text() for path in paths if path.exists())

    def wait_until(self, holds: Callable[[], bool], seconds: float = PATIENCE) -> None:
        deadline = time.monotonic() + seconds
        while True:
            # Until supervisor itself has started.
            with suppress(OSError):
                if holds():
                    return
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def said(self) -> str:
        """The ends of all logs."""
        paths = [self.folder / "output.txt", *self.folder.glob("*-?.log")]
        return "\n".join(f"{path.name}: {path.read_text()[-2000:]}" for path in paths)
