"""The hits that nginx kept because no process answered (docs/operations.md)."""

from pathlib import Path

# Where `deploy/nginx/footfall.conf` writes them. Files that were renamed wait to be replayed, too.
FOLDER = Path("/var/lib/footfall-hits")


def size() -> int:
    """In bytes; 0 on a machine without such a folder. Raises OSError where it may not be read."""
    if not FOLDER.is_dir():
        return 0
    return sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file())
