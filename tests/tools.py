"""Installs the programs that the tests use and Python packages cannot carry: a Chromium.

Run as `python -m tests.tools`; ends with a sentence where it cannot.
"""

import os
import shutil
import subprocess
import sys


def main() -> None:
    if shutil.which("chromium"):
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        sys.exit(
            "The browser tests need Debian's Chromium at /usr/bin/chromium: "
            "apt install chromium (or run make test as root, which installs it)."
        )
    print("Installing chromium for the browser tests…", flush=True)
    for command in (["update"], ["install", "--yes", "--no-install-recommends", "chromium"]):
        done = subprocess.run(
            ["apt-get", "--quiet=2", *command],
            env={**os.environ, "DEBIAN_FRONTEND": "noninteractive"},
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            sys.exit(f"apt-get {command[0]} failed; install chromium by hand and try again.")


if __name__ == "__main__":
    main()
