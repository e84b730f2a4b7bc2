"""The shape of one server, as `deploy/` ships it: each of its parts can be killed."""

import random
import time
from contextlib import suppress

import psutil

from tests.stack.stack import Stack

AWAY_SECONDS = 1.0  # for which Redis and PostgreSQL are away when they are killed


class OneServer(Stack):
    """Hits, pages and sockets go through nginx; what nginx keeps of hits is counted at the end."""

    parts = ("hits", "pages", "sockets", "queue", "nginx", "Redis", "PostgreSQL")

    @property
    def pages_url(self) -> str:
        return self.url

    @property
    def accepting(self) -> list[int]:
        """The processes that take hits, without their masters."""
        return [each.pid for pid in self.pids("hits") for each in psutil.Process(pid).children()]

    @property
    def with_sockets(self) -> list[int]:
        """The processes that have the dashboards' lines."""
        return self.pids("sockets")

    def kill_part(self, part: str, chance: random.Random) -> None:
        """Kill one of its processes, or all of it at once; returns when it answers again."""
        match part:
            case "nginx":
                assert self.nginx.process
                kill(family(self.nginx.process.pid))
                self.nginx.process.wait()
                self.nginx.start()
            case "Redis":
                self.stop_redis()
                time.sleep(AWAY_SECONDS)
                self.start_redis()
            case "PostgreSQL":
                self.stop_postgres()
                time.sleep(AWAY_SECONDS)
                self.start_postgres()
            case _:
                kill([chance.choice(family(chance.choice(self.pids(part))))])
                self.start(part)

    def settle(self) -> None:
        """Have what nginx kept counted; twice, as operators may who are in doubt."""
        kept = self.nginx.hits.rename(self.nginx.folder / "kept.log")
        self.nginx.reopen()
        for _ in range(2):
            self.manage("hits_replay", str(kept))


def family(pid: int) -> list[psutil.Process]:
    """A process and those that it started; children first, that none is started again."""
    master = psutil.Process(pid)
    return [*master.children(recursive=True), master]


def kill(processes: list[psutil.Process]) -> None:
    for each in reversed(processes):
        with suppress(psutil.NoSuchProcess):
            each.kill()
