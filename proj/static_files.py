"""The hashed names of static files, and collecting them only when they have changed."""

import fcntl
import hashlib
from collections.abc import Iterable, Iterator
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStorage(CompressedManifestStaticFilesStorage):
    """Hashes also the names by which our modules import each other; leaves flags as they are."""

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (
            "js/*.js",
            (
                (r"""(?P<matched>from\s+["'](?P<url>\./[^"']+)["'])""", 'from "%(url)s"'),
                (r"""(?P<matched>import\s+["'](?P<url>\./[^"']+)["'])""", 'import "%(url)s"'),
            ),
        ),
    )

    def compress_files(self, paths: Iterable[str]) -> Iterator[tuple[str, str]]:
        # Hundreds of flags of a few hundred bytes each would gain nothing.
        return super().compress_files([path for path in paths if not path.startswith("flags/")])


def collect_if_changed() -> None:
    """Run collectstatic, which takes seconds, unless the sources are those collected before.

    Servers that start at once wait for one of them. Files of earlier versions stay, because a page
    that is open may still ask for them.
    """
    folder = Path(settings.STATIC_ROOT)
    folder.mkdir(parents=True, exist_ok=True)
    stamp = folder / ".sources"
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        state = sources_state()
        if stamp.exists() and stamp.read_text() == state:
            return
        call_command("collectstatic", verbosity=0, interactive=False)
        stamp.write_text(state)


def sources_state() -> str:
    """A digest of the name, size and time of every source file."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            status = Path(storage.path(name)).stat()
            digest.update(f"{name}\0{status.st_size}\0{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
