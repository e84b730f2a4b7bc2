"""The tables of sealed events and visits, as `docs/clickhouse.md` describes them.

A partition is a segment: what the manifest in the database says of a segment's files holds of it.
"""

from collections.abc import Iterator

from django.conf import settings

from tracking.warehouse.schema import EVENTS, OF_VISIT, VISITS
from tracking.warehouse.sealing.files import ORDER, VERSION

COLUMNS = {"events": EVENTS, "visits": VISITS}

# Texts of which a site has some thousands at most.
FEW = {
    *OF_VISIT,
    *("name", "hostname", "path", "revenue_currency", "bot"),
    *("entry_page", "exit_page", "entry_hostname", "exit_hostname"),
} - {"referrer"}

KINDS = {
    "BIGINT": "Int64",
    "TIMESTAMP": "DateTime64(6, 'UTC')",
    "VARCHAR": "String",
    "BOOLEAN": "Bool",
    "MAP(VARCHAR, VARCHAR)": "Map(LowCardinality(String), String)",
    "DECIMAL(18, 3)": "Nullable(Decimal(18, 3))",
    "SMALLINT": "Nullable(Int16)",
    "INTEGER": "Nullable(Int32)",
}

# A visit and its events lie on one shard.
SHARD = {"events": "cityHash64(if(visit = 0, id, visit))", "visits": "cityHash64(visit)"}

# Blocks of rows whose tokens are remembered, so that one sent again counts once.
TOKENS = 1000


def table(kind: str) -> str:
    """The name under which `events` or `visits` are read and written."""
    return f"{kind}_v{VERSION}"


def stored(kind: str) -> str:
    """The name of the table that has the rows of one node."""
    return f"{table(kind)}_local" if settings.CLICKHOUSE_CLUSTER else table(kind)


def on_cluster() -> str:
    return f" ON CLUSTER `{settings.CLICKHOUSE_CLUSTER}`" if settings.CLICKHOUSE_CLUSTER else ""


def structure(kind: str, names: list[str] | None = None) -> str:
    """Columns with their types."""
    return ", ".join(f"{name} {kind_of(kind, name)}" for name in names or COLUMNS[kind])


def kind_of(kind: str, name: str) -> str:
    return "LowCardinality(String)" if name in FEW else KINDS[COLUMNS[kind][name]]


def statements() -> Iterator[str]:
    """What makes the tables where they are not there yet."""
    for kind in COLUMNS:
        if settings.CLICKHOUSE_CLUSTER:
            path = f"/clickhouse/tables/{{shard}}/{{database}}/{stored(kind)}"
            yield _create(kind, f"ReplicatedMergeTree('{path}', '{{replica}}')")
            yield (
                f"CREATE TABLE IF NOT EXISTS {table(kind)}{on_cluster()} AS {stored(kind)}"
                f" ENGINE = Distributed(`{settings.CLICKHOUSE_CLUSTER}`, currentDatabase(),"
                f" '{stored(kind)}', {SHARD[kind]})"
            )
        else:
            yield _create(kind, "MergeTree") + (
                f" SETTINGS non_replicated_deduplication_window = {TOKENS:d}"
            )


def _create(kind: str, engine: str) -> str:
    return (
        f"CREATE TABLE IF NOT EXISTS {stored(kind)}{on_cluster()}"
        f" (segment LowCardinality(String), {structure(kind)})"
        f" ENGINE = {engine} PARTITION BY segment ORDER BY ({ORDER[kind]})"
    )
