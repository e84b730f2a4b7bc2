"""`Stack`: nginx, the processes under supervisor, PostgreSQL and Redis, as a server runs them."""

import ssl
import subprocess
import sys
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from types import TracebackType

from tests.on_postgres import postgres_server, stop_at_once
from tests.on_redis import RedisServer
from tests.server import ROOT, Server
from tests.stack.certificate import Certificate
from tests.stack.nginx import Nginx
from tests.stack.node import Node

PATIENCE = 300.0


class Stack:
    """The one-server shape on free ports; used as `with`, which begins when all of it answers.

    `web` machines accept hits and serve pages, and `sockets` machines push; the queue is on the
    first. Names of processes are `hits`, `pages`, `sockets` and `queue`, on the first machine
    unless one is said: `stack.restart("hits")`, `stack.kill("sockets", node=1)`. OWNER and SITES
    of `tests.prepared` are there. All that is written lies in `folder`.
    """

    def __init__(self, folder: Path, web: int = 1, sockets: int = 1, **environment: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self.certificate = Certificate(folder)
        self.nodes = [
            Node(folder / f"node{number}", programs_of(number, web, sockets))
            for number in range(max(web, sockets))
        ]
        (folder / "nginx").mkdir()
        self.nginx = Nginx(
            folder / "nginx",
            hits=[node.ports["hits"] for node in self.nodes[:web]],
            pages=[node.ports["pages"] for node in self.nodes[:web]],
            sockets=[node.ports["sockets"] for node in self.nodes[:sockets]],
            certificate=self.certificate,
        )
        self.url = f"https://localhost:{self.nginx.port}"
        self.redis = RedisServer(folder)
        self.environment = {
            **Server(folder / "data").environment,
            "FOOTFALL_URL": self.url,
            "FOOTFALL_LOG_FORMAT": "json",
            "REDIS_URL": self.redis.url,
            **environment,
        }
        # Where PostgreSQL is to keep its data; where temporary files lie, unless it is set.
        self.postgres_under: Path | None = None
        self._ending = ExitStack()

    @property
    def tls(self) -> ssl.SSLContext:
        """For one client: a context that believes the server's certificate."""
        return self.certificate.trusting

    def __enter__(self) -> "Stack":
        with ExitStack() as ending:
            self.postgres = ending.enter_context(postgres_server(self.postgres_under))
            self.environment["DATABASE_URL"] = self.postgres.get_uri()
            ending.enter_context(self.redis)
            self.prepare()
            for node in self.nodes:
                node.environment = self.environment
                ending.enter_context(node)
            for node in self.nodes:
                for name in node.programs:
                    node.wait_until(partial(node.is_ready, name))
            ending.enter_context(self.nginx)
            self._ending = ending.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._ending.__exit__(kind, error, trace)

    def prepare(self) -> None:
        """What an installation does before it starts the processes."""
        command = [sys.executable, "-m", "tests.stack.prepare"]
        subprocess.run(command, cwd=ROOT, env=self.environment, check=True)

    def manage(self, *arguments: str) -> str:
        """What a management command prints."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def pid(self, name: str, node: int = 0) -> int:
        """Of the first process of that name: gunicorn's master, daphne, Huey's consumer."""
        return self.pids(name, node)[0]

    def pids(self, name: str, node: int = 0) -> list[int]:
        """Of all of that name; gunicorn's workers are their children."""
        return self.nodes[node].pids(name)

    def restart(self, name: str, node: int = 0) -> None:
        """As an upgrade does: one process after the other, by SIGTERM (the queue by SIGINT)."""
        self.nodes[node].restart(name)

    def kill(self, name: str, number: int = 0, node: int = 0) -> None:
        """SIGKILL a process, its workers with it; supervisor starts it again by itself."""
        self.nodes[node].kill(name, number)

    def stop(self, name: str, node: int = 0) -> None:
        self.nodes[node].stop(name)

    def start(self, name: str, node: int = 0) -> None:
        """Start what was stopped or killed; returns when it answers."""
        self.nodes[node].start(name)

    def log(self, name: str) -> str:
        """What the processes of that name have written, on all machines."""
        return "".join(node.log(name) for node in self.nodes)

    def stop_redis(self) -> None:
        """It forgets all that it had."""
        self.redis.kill()

    def start_redis(self) -> None:
        self.redis.start()

    def stop_postgres(self, immediate: bool = True) -> None:
        """Immediately: as if the machine had lost its power."""
        stop_at_once(self.postgres) if immediate else self.postgres.stop()

    def start_postgres(self) -> None:
        self.postgres.ensure_postgres_running()


def programs_of(number: int, web: int, sockets: int) -> dict[str, int]:
    """How many processes of each program a machine has: the first the shipped numbers."""
    if number == 0:
        return {"hits": 2, "pages": 2, "sockets": 2, "queue": 1}
    programs = {"hits": 1, "pages": 1} if number < web else {}
    return {**programs, "sockets": 1} if number < sockets else programs
