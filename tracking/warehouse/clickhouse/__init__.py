"""The second engine: sealed events in ClickHouse. `docs/clickhouse.md` describes it."""
