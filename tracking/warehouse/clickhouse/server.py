"""The way to the ClickHouse that `settings.WAREHOUSE` names, or to chDB in this process."""

import shutil
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from threading import local
from typing import IO, TYPE_CHECKING, Any, cast
from urllib.parse import parse_qs, unquote, urlsplit

from django.conf import settings
from django.db import OperationalError

from tracking.warehouse.clickhouse.tables import on_cluster, statements

if TYPE_CHECKING:
    from clickhouse_connect.driver.client import Client

SECONDS = 30
# For what is no question.
PATIENT = {"max_execution_time": 0}
ATTEMPTS = 3

UNITS = {"MB": 1_000_000, "GB": 1_000_000_000}

# What makes ClickHouse understand SQL as DuckDB does.
MEANING = {
    "session_timezone": "UTC",
    "join_use_nulls": 1,
    "joined_subquery_requires_alias": 0,
    "aggregate_functions_null_for_empty": 1,
    "cast_keep_nullable": 1,
    "prefer_column_name_to_alias": 1,
}
# A filter may have a hundred thousand values.
LENGTHS = {
    "max_query_size": 64_000_000,
    "max_ast_elements": 2_000_000,
    "max_expanded_ast_elements": 4_000_000,
}
# Lets it keep, for one question, what that names several times.
KEEPING = "enable_materialized_cte"
# Readers of any replica see what was written, and a write that was confirmed is on most of them.
OF_CLUSTER = {
    "insert_quorum": "auto",
    "insert_quorum_parallel": 0,
    "select_sequential_consistency": 1,
    "distributed_foreground_insert": 1,
    "alter_sync": 2,
}


@dataclass(frozen=True)
class Sent:
    """A table that goes along with a question: `lines` of JSON arrays."""

    structure: str
    lines: str


class Server:
    """Safe to use from several threads.

    Raises django.db.OperationalError where it is away, and clickhouse_connect's DatabaseError for
    what it refuses. `waiting` are clickhouse_connect's options of how long it waits and how often.
    """

    def __init__(self, address: str, **waiting: int) -> None:
        # Not at the top: only servers with this warehouse have a use for it.
        import clickhouse_connect

        parts = urlsplit(address)
        options = {name: values[0] for name, values in parse_qs(parts.query).items()}
        with _away():
            self._client: Client = clickhouse_connect.get_client(
                host=parts.hostname,
                port=parts.port or 0,
                username=unquote(parts.username or "") or None,
                password=unquote(parts.password or ""),
                database=parts.path.strip("/") or None,
                interface="https" if parts.scheme == "clickhouses" else "http",
                settings=_settings(),
                autogenerate_session_id=False,
                form_encode_query_params=True,
                **cast("dict[str, Any]", options | waiting),
            )

    @cached_property
    def reads_once(self) -> bool:
        """Whether what a question names several times can be read once.

        In a cluster it cannot: what one machine keeps the others do not have.
        """
        known = f"SELECT count() FROM system.settings WHERE name = '{KEEPING}'"  # noqa: S608
        return not on_cluster() and bool(self.command(known))

    def rows(
        self, sql: str, values: dict[str, object], sent: dict[str, Sent] | None = None
    ) -> Sequence[Sequence[Any]]:
        """The answer to a question, which may name the tables that are sent along."""
        with _away():
            return self._client.query(
                sql,
                parameters=values,
                settings={KEEPING: 1} if self.reads_once else None,
                external_data=_external(sent) if sent else None,
            ).result_rows

    def command(self, sql: str) -> object:
        with _away():
            return self._client.command(sql, settings=PATIENT)

    def make_tables(self) -> None:
        for statement in statements():
            self.command(statement)

    def insert(self, table: str, columns: Sequence[str], file: Path, token: str) -> None:
        """Insert a Parquet file. Sent again under the same token, it counts once."""
        for attempt in range(ATTEMPTS):
            # Whether what was sent has arrived is not known where the way broke.
            try:
                with _away():
                    self._client.raw_insert(
                        table,
                        columns,
                        file.read_bytes(),
                        fmt="Parquet",
                        settings={**PATIENT, "insert_deduplication_token": token},
                    )
                return
            except OperationalError:
                if attempt == ATTEMPTS - 1:
                    raise

    def save(self, sql: str, to: Path) -> None:
        """Write the answer to a question as a Parquet file."""
        with _away(), to.open("wb") as file:
            found = self._client.raw_stream(sql, fmt="Parquet", settings=PATIENT)
            shutil.copyfileobj(cast("IO[bytes]", found), file, 1024 * 1024)

    def close(self) -> None:
        self._client.close()


class InProcess(Server):
    """chDB, ClickHouse's engine in this process. Only one process can open a data folder."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._clients = local()

    @property
    def _client(self) -> "Client":  # type: ignore[override]
        # A handle answers one question at a time.
        if not hasattr(self._clients, "client"):
            import clickhouse_connect

            self._clients.client = clickhouse_connect.get_client(
                dsn=self._address, settings=_settings()
            )
        return self._clients.client

    def rows(
        self, sql: str, values: dict[str, object], sent: dict[str, Sent] | None = None
    ) -> Sequence[Sequence[Any]]:
        # It takes no tables along, so their rows stand in the question itself.
        tables = [
            f"{name} AS (SELECT * FROM format(JSONCompactEachRow,"  # noqa: S608
            f" {_quoted(table.structure)}, {_quoted(table.lines)}))"
            for name, table in (sent or {}).items()
        ]
        if tables:
            sql = f"WITH {', '.join(tables)}, {sql.removeprefix('WITH ')}"
        return super().rows(sql, values)

    def close(self) -> None:
        if hasattr(self._clients, "client"):
            self._clients.client.close()
            del self._clients.client


@contextmanager
def _away() -> Iterator[None]:
    from clickhouse_connect.driver import exceptions

    try:
        yield
    except exceptions.OperationalError as error:
        raise OperationalError(f"ClickHouse is away: {error}") from error


@cache
def server() -> Server:
    """The server, with its tables, opened at the first use: a fork opens one of its own."""
    address = settings.WAREHOUSE
    opened = InProcess(address) if address.startswith("chdb:") else Server(address)
    opened.make_tables()
    return opened


def version(seconds: int) -> str:
    """Which ClickHouse answers; waits for none that hangs longer than that."""
    address, question = settings.WAREHOUSE, "SELECT version()"
    if address.startswith("chdb:"):
        return str(server().command(question))
    # With a line of its own: answers to questions about visits may take longer.
    asked = Server(address, connect_timeout=seconds, send_receive_timeout=seconds, query_retries=0)
    with closing(asked):
        return str(asked.command(question))


def close() -> None:
    if server.cache_info().currsize:
        server().close()
        server.cache_clear()


def _settings() -> dict[str, Any]:
    size, unit = settings.QUERY_MEMORY[:-2], settings.QUERY_MEMORY[-2:]
    memory = int(size) * UNITS[unit]
    bounds = {
        "max_execution_time": SECONDS,
        "max_memory_usage": memory,
        "max_bytes_before_external_group_by": memory // 2,
        "max_bytes_before_external_sort": memory // 2,
    }
    return {**MEANING, **LENGTHS, **bounds, **(OF_CLUSTER if on_cluster() else {})}


def _external(sent: dict[str, Sent]) -> Any:
    from clickhouse_connect.driver.external import ExternalData

    data = ExternalData()
    for name, table in sent.items():
        data.add_file(
            file_name=name,
            data=table.lines.encode(),
            fmt="JSONCompactEachRow",
            structure=table.structure,
        )
    return data


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"
