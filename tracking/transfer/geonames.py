"""Names for places that another service knows by codes and numbers, where data here has them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
import maxminddb
from django.conf import settings


@dataclass
class Names:
    """`regions` are by ISO 3166-2 codes, `cities` by GeoNames ids as texts."""

    regions: dict[str, str] = field(default_factory=dict)
    cities: dict[str, str] = field(default_factory=dict)


def name_places(connection: duckdb.DuckDBPyConnection) -> None:
    """Give the places of the table `of_places` the names that events have.

    A region without one keeps its code; a city without one becomes unknown.
    """
    regions, cities = (
        {
            text
            for (text,) in connection.execute(
                f"SELECT DISTINCT {column} FROM of_places WHERE {column} NOT IN ('', '0')"  # noqa: S608
            ).fetchall()
        }
        for column in ("region", "city")
    )
    names = look_up(settings.GEOIP_FILE, regions, cities)
    for column, known, unknown in (
        ("region", names.regions, "region"),
        ("city", names.cities, "''"),
    ):
        connection.execute(
            f"UPDATE of_places SET {column} = coalesce(map($1::VARCHAR[], $2::VARCHAR[])[{column}],"  # noqa: S608
            f" {unknown})",
            [list(known), list(known.values())],
        )


def look_up(path: Path, regions: Collection[str], cities: Collection[str]) -> Names:
    """The names of those that a file of places has with a code or id; DB-IP's files have none."""
    names = Names()
    if not path.exists() or not (regions or cities):
        return names
    wanted = len(regions) + len(cities)
    with maxminddb.open_database(str(path)) as reader:
        if reader.metadata().database_type.startswith("DBIP"):
            return names
        for _, record in reader:
            _take(names, record, regions, cities)
            if len(names.regions) + len(names.cities) == wanted:
                break
    return names


def _take(names: Names, record: Any, regions: Collection[str], cities: Collection[str]) -> None:
    country = (record.get("country") or {}).get("iso_code", "")
    for region in (record.get("subdivisions") or [])[:1]:
        code = f"{country}-{region.get('iso_code', '')}"
        if code in regions and (name := _name(region)):
            names.regions[code] = name
    city = record.get("city") or {}
    number = str(city.get("geoname_id", ""))
    if number in cities and (name := _name(city)):
        names.cities[number] = name


def _name(named: Any) -> str:
    return str((named.get("names") or {}).get("en", ""))
