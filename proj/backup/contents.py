"""What a backup is: a folder of files, and `backup.json`, which says what they are.

    backup.json             what `Contents` has
    rows/TABLE.jsonl.gz     the columns' names, then a row a line, as JSON arrays
    warehouse/v1/KIND/...   the sealed files, as docs/warehouse.md describes them
    secret_key              where it was asked for

Whatever `backup.json` does not name is not part of it.
"""

from datetime import datetime
from hashlib import file_digest
from pathlib import Path

import msgspec

# Goes up with each change that an earlier restore would misread.
FORMAT = 1
NAME = "backup.json"
SECRET_KEY = "secret_key"  # noqa: S105


class BackupProblem(Exception):
    """Why there is no backup, or nothing restored: a sentence for people."""


class File(msgspec.Struct, frozen=True):
    """A file of the backup. `path` is relative to its folder, `size` in bytes."""

    path: str
    size: int
    sha256: str


class Table(msgspec.Struct, frozen=True):
    """The rows of a database's table. `last_id` is the highest that was ever given, if known."""

    name: str
    rows: int
    file: File
    last_id: int | None = None


class Contents(msgspec.Struct, frozen=True):
    """`migrations` are those applied, as pairs of app and name.

    `totals` are the figures of each site, by its id, as reports gave them at the moment `made_at`,
    in the order of `proj.backup.totals.METRICS`.
    """

    format: int
    version: str
    made_at: datetime
    migrations: list[tuple[str, str]]
    tables: list[Table]
    sealed: list[File]
    totals: dict[str, list[float | None]]
    secret_key: File | None = None

    @property
    def files(self) -> list[File]:
        key = [self.secret_key] if self.secret_key else []
        return [*(table.file for table in self.tables), *self.sealed, *key]


def read(folder: Path) -> Contents:
    """Raises `BackupProblem` where there is none that this version understands."""
    try:
        raw = (folder / NAME).read_bytes()
        found = msgspec.json.decode(raw, type=dict[str, msgspec.Raw]).get("format")
        if found is not None and msgspec.json.decode(found) != FORMAT:
            raise BackupProblem(f"{folder} was made by another version, in a form not known here.")
        return msgspec.json.decode(raw, type=Contents)
    except OSError as error:
        raise BackupProblem(f"{folder / NAME} cannot be read: {error.strerror}.") from None
    except msgspec.DecodeError as error:
        raise BackupProblem(f"{folder / NAME} is damaged: {error}.") from None


def check_files(folder: Path, contents: Contents) -> None:
    """Raise `BackupProblem` unless each file is there as it was written."""
    for file in contents.files:
        try:
            with (folder / file.path).open("rb") as opened:
                found = file_digest(opened, "sha256").hexdigest()
        except OSError as error:
            raise BackupProblem(
                f"{folder / file.path} cannot be read: {error.strerror}. The backup is damaged."
            ) from None
        if found != file.sha256:
            raise BackupProblem(f"{folder / file.path} was changed. The backup is damaged.")
