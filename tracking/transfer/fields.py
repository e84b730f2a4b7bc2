"""The fields of a raw events file, by the names that docs/transfer.md explains."""

from tracking.warehouse.schema import OF_VISIT

# Which columns of a stored event each field is made of. The order is that of written files.
REQUIRED = ("timestamp", "visitor", "name", "url")
FIELDS = (
    *REQUIRED,
    *("visit", "sequence", "hostname", "path", "title"),
    *OF_VISIT,
    *("props", "revenue_amount", "revenue_currency", "interactive", "scroll_depth", "engaged_ms"),
    "flags",
)

# Told from the addresses of page and referrer where a line does not have them.
DERIVED = ("source", "channel", *(name for name in OF_VISIT if name.startswith("utm_")))

FORMATS = ("ndjson", "csv", "parquet")
ENDINGS = {
    ".ndjson": "ndjson",
    ".jsonl": "ndjson",
    ".json": "ndjson",
    ".csv": "csv",
    ".parquet": "parquet",
}


def format_of(name: str) -> str | None:
    """The format that a file's name tells, compressed or not; None where it tells none."""
    plain = name.lower().removesuffix(".gz")
    return next((kind for ending, kind in ENDINGS.items() if plain.endswith(ending)), None)
