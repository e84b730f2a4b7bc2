from typing import Any

from tracking.warehouse.clickhouse.server import server
from tracking.warehouse.clickhouse.tables import statements


def test_tables_of_a_cluster_are_replicated_and_distributed(settings: Any) -> None:
    settings.CLICKHOUSE_CLUSTER = "analytics"
    made = list(statements())

    assert [
        "CREATE TABLE IF NOT EXISTS events_v1_local ON CLUSTER `analytics`",
        "CREATE TABLE IF NOT EXISTS events_v1 ON CLUSTER `analytics` AS events_v1_local",
        "CREATE TABLE IF NOT EXISTS visits_v1_local ON CLUSTER `analytics`",
        "CREATE TABLE IF NOT EXISTS visits_v1 ON CLUSTER `analytics` AS visits_v1_local",
    ] == [statement.split(" (segment")[0].split(" ENGINE")[0] for statement in made]
    assert [
        "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/events_v1_local', '{replica}')"
        " PARTITION BY segment ORDER BY (site_id, time, id)",
        "Distributed(`analytics`, currentDatabase(), 'events_v1_local',"
        " cityHash64(if(visit = 0, id, visit)))",
        "ReplicatedMergeTree('/clickhouse/tables/{shard}/{database}/visits_v1_local', '{replica}')"
        " PARTITION BY segment ORDER BY (site_id, first_time, visit)",
        "Distributed(`analytics`, currentDatabase(), 'visits_v1_local', cityHash64(visit))",
    ] == [statement.split("ENGINE = ")[1] for statement in made]
    for statement in made:
        # What cannot be read raises.
        server().rows("SELECT formatQuery({statement:String})", {"statement": statement})
