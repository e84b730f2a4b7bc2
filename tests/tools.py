"""Installs what the tests use and Python packages cannot carry: programs, published trackers.

Run as `python -m tests.tools`; ends with a sentence where it cannot.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
MANIFESTS = ROOT / "tests" / "browser" / "trackers"
# Sends files that were compressed beforehand.
BROTLI = "/usr/lib/nginx/modules/ngx_http_brotli_static_module.so"
# Programs, or a file that stands for one, and the packages of Debian that have them.
PROGRAMS = {
    "chromium": "chromium",
    "nginx": "nginx",
    BROTLI: "libnginx-mod-http-brotli-static",
    "systemd-analyze": "systemd",
    "openssl": "openssl",
}
NPM = ROOT / ".cache" / "npm"
PROMTOOL = ROOT / ".cache" / "promtool"


def main() -> None:
    for program, package in PROGRAMS.items():
        have(program, package)
    have_promtool()
    have_trackers()


def have_trackers() -> None:
    """Install the packages that the lock file names, unless that was done.

    The lock file leaves out what those packages depend on: a browser loads their trackers alone.
    """
    lock = (MANIFESTS / "package-lock.json").read_bytes()
    done = NPM / "installed-lock.json"
    if done.exists() and done.read_bytes() == lock:
        return
    have("npm", "npm")
    NPM.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(MANIFESTS / name, NPM)
    print("Installing published trackers for the browser tests…", flush=True)
    command = ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]
    if subprocess.run(command, cwd=NPM, stdin=subprocess.DEVNULL).returncode:
        sys.exit("npm ci failed in .cache/npm; see what it says above, and try again.")
    done.write_bytes(lock)


def have_promtool() -> None:
    """Take it out of Prometheus's package, which would start a server as well."""
    if shutil.which("promtool") or PROMTOOL.exists():
        return
    print("Fetching promtool for the tests…", flush=True)
    PROMTOOL.parent.mkdir(exist_ok=True)
    with TemporaryDirectory(dir=PROMTOOL.parent) as folder:
        # Without it apt says that it cannot become the user who downloads.
        unsandboxed = ["-o", "APT::Sandbox::User=root"]
        if os.geteuid() == 0:
            subprocess.run(["apt-get", "--quiet=2", "update"], stdin=subprocess.DEVNULL)
        download = ["apt-get", "--quiet=2", *unsandboxed, "download", "prometheus"]
        fetched = subprocess.run(download, cwd=folder, stdin=subprocess.DEVNULL)
        for package in Path(folder).glob("*.deb"):
            subprocess.run(["dpkg-deb", "--extract", package, folder], check=True)
        if fetched.returncode or not (found := Path(folder) / "usr/bin/promtool").exists():
            sys.exit(
                "The tests need promtool, of Debian's package prometheus or Prometheus itself."
            )
        found.replace(PROMTOOL)


def have(program: str, package: str) -> None:
    # nginx lies where only root looks, and what it loads is no program.
    if Path(program).is_file() or shutil.which(
        program, path=f"{os.environ.get('PATH', '')}:/usr/sbin"
    ):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(
            f"The tests need {program}: "
            f"apt install {package} (or run make test as root, which installs it)."
        )
    print(f"Installing {package} for the tests…", flush=True)
    for command in (["update"], ["install", "--yes", "--no-install-recommends", package]):
        done = subprocess.run(
            ["apt-get", "--quiet=2", *command],
            # In run level 1 Debian starts no service that it installs.
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"},
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            sys.exit(f"apt-get {command[0]} failed; install {package} by hand and try again.")


if __name__ == "__main__":
    main()
