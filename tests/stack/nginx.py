"""nginx with the files of `deploy/nginx/`."""

import os
import re
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType

import psutil

from tests.server import ROOT, free_port
from tests.stack.certificate import Certificate

# nginx lies where only root looks.
PATH = f"{os.environ.get('PATH', '')}:/usr/sbin"
# Debian's: where it lists the modules that are installed, and beside which they lie.
MODULES = "/etc/nginx/modules-enabled/*.conf"
PREFIX = "/usr/share/nginx"
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


class Nginx:
    """In front of servers on ports of this machine, its own files in a folder.

    `hits`, `pages` and `sockets` are the ports of each machine. Only `footfall.conf`, which
    operators edit, is edited. Without a certificate it listens without TLS. `rate` is how many hits
    one address may send.
    """

    def __init__(
        self,
        folder: Path,
        hits: Sequence[int],
        pages: Sequence[int] | None = None,
        sockets: Sequence[int] | None = None,
        certificate: Certificate | None = None,
        rate: str = "10000r/s",
    ) -> None:
        self.folder = folder
        self.port, self.plain_port = free_port(), free_port()
        self.url = f"http{'s' if certificate else ''}://127.0.0.1:{self.port}"
        self.hits = folder / "footfall.hits.log"
        self.access = folder / "footfall.access.log"
        self.errors = folder / "footfall.error.log"
        self.process: subprocess.Popen[bytes] | None = None
        shutil.copytree(ROOT / "deploy" / "nginx", folder / "footfall")
        edited = folder / "footfall" / "footfall.conf"
        text = edited.read_text()
        for shipped, ports in ((8001, hits), (8000, pages or hits), (8002, sockets or hits)):
            line = f"    server 127.0.0.1:{shipped} max_fails=0;\n"
            assert line in text
            text = text.replace(line, "".join(line.replace(str(shipped), str(p)) for p in ports))
        if certificate:
            text = replaced(text, r"ssl_certificate .*;", f"ssl_certificate {certificate.path};")
            key = f"ssl_certificate_key {certificate.key_path};"
            text = replaced(text, r"ssl_certificate_key .*;", key)
        else:
            text = replaced(text, r"ssl_certificate.*;", "")
        tls = " ssl http2" if certificate else ""
        text = replaced(text, r"listen \[::\].*;", "")
        text = replaced(text, r"listen 443 .*;", f"listen 127.0.0.1:{self.port}{tls};")
        text = replaced(text, r"listen 80;", f"listen 127.0.0.1:{self.plain_port};")
        text = replaced(text, r"server_name .*;", "server_name localhost 127.0.0.1;")
        text = replaced(text, r"rate=\w+/s", f"rate={rate}")
        text = replaced(text, r"root /opt/footfall;", f"root {ROOT}/.cache;")
        text = replaced(text, r"root /var/www/html;", f"root {folder}/www;")
        edited.write_text(replaced(text, r"/var/(log/nginx|lib/footfall-hits)", str(folder)))
        (folder / "nginx.conf").write_text(
            f"daemon off; pid {folder}/pid; {'user root;' if os.geteuid() == 0 else ''}"
            f"include {MODULES}; events {{ worker_connections 1024; }}"
            "http { include /etc/nginx/mime.types; include footfall/footfall.conf; "
            + "".join(f"{name}_temp_path {folder}/{name};" for name in TEMPORARY)
            + "}"
        )

    def command(self, *arguments: str) -> list[str]:
        program = shutil.which("nginx", path=PATH)
        assert program, "these tests need nginx: python -m tests.tools"
        conf, log = str(self.folder / "nginx.conf"), str(self.folder / "start.log")
        return [program, "-e", log, "-p", PREFIX, "-c", conf, *arguments]

    def __enter__(self) -> "Nginx":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self, seconds: float = 60) -> None:
        self.process = subprocess.Popen(self.command())
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline and self.process.poll() is None:
            with suppress(OSError):
                socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
                return
            time.sleep(0.05)
        raise AssertionError(f"nginx did not start:\n{(self.folder / 'start.log').read_text()}")

    def stop(self) -> None:
        assert self.process
        self.process.terminate()
        self.process.wait(timeout=60)

    def reload(self) -> None:
        assert self.process
        self.process.send_signal(signal.SIGHUP)

    def reopen(self, seconds: float = 60) -> None:
        """Return once nginx writes its hits to a new file."""
        subprocess.run(self.command("-s", "reopen"), check=True)
        deadline = time.monotonic() + seconds
        while not self.has_reopened() and time.monotonic() < deadline:
            time.sleep(0.02)

    def has_reopened(self) -> bool:
        assert self.process
        workers = psutil.Process(self.process.pid).children()
        return all(
            str(self.hits) in {file.path for file in worker.open_files()} for worker in workers
        )


def replaced(text: str, pattern: str, value: str) -> str:
    """With each place that an operator would edit edited; there must be one."""
    found, times = re.subn(pattern, lambda _: value, text)
    assert times, pattern
    return found
