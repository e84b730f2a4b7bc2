"""ClickHouse's HTTP interface before chDB: as much of it as the server's client uses.

https://clickhouse.com/docs/interfaces/http
"""

import re
from base64 import b64encode
from collections.abc import Iterator
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from tempfile import NamedTemporaryFile
from threading import Thread
from urllib.parse import parse_qsl, urlsplit

import chdb

OPTIONS = "connect_timeout=5&send_receive_timeout=60&compress=false&verify=false"
USER, PASSWORD = "footfall", "p@ss/word"
TRANSPORT = {
    *("query", "query_id", "database", "session_id", "wait_end_of_query"),
    *("client_protocol_version", "enable_http_compression", "send_progress_in_http_headers"),
    "http_headers_progress_interval_ms",
}
# At the end, after which an insert has its data.
FORMAT = re.compile(rb"\s+FORMAT\s+(\w+)\s*$|\s+FORMAT\s+(Parquet)\n", re.IGNORECASE)


class Refused(Exception):
    pass


class Handler(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = self.rfile.read(length) if length else self._chunks()
        values = dict(parse_qsl(urlsplit(self.path).query, keep_blank_values=True))
        try:
            self._check_user()
            self._answer(200, self._run(values, body), {"X-ClickHouse-Timezone": "UTC"})
        except (RuntimeError, chdb.ChdbError, Refused) as error:
            found = re.search(r"Code: (\d+)", str(error))
            code = found.group(1) if found else "0"
            self._answer(500, str(error).encode(), {"X-ClickHouse-Exception-Code": code})

    do_GET = do_POST  # noqa: N815

    def log_message(self, *_: object) -> None:
        pass

    def _chunks(self) -> bytes:
        data = b""
        while self.headers.get("Transfer-Encoding") == "chunked":
            size = int(self.rfile.readline(), 16)
            data += self.rfile.read(size)
            self.rfile.readline()
            if not size:
                break
        return data

    def _check_user(self) -> None:
        basic = b64encode(f"{USER}:{PASSWORD}".encode()).decode()
        if self.headers["Authorization"] != f"Basic {basic}":
            raise Refused("Code: 516. AUTHENTICATION_FAILED")

    def _run(self, values: dict[str, str], body: bytes) -> bytes:
        tables: dict[str, str] = {}
        kind = self.headers.get("Content-Type", "")
        if kind.startswith("multipart/form-data"):
            for name, is_file, data in _fields(body, kind.partition("boundary=")[2]):
                (tables if is_file else values)[name] = data
            body = b""
        sql = values.get("query", "").encode() + body
        for name, lines in tables.items():
            # Literals with quotes in them, as ClickHouse reads them.
            structure, data = (
                "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"
                for text in (values.pop(f"{name}_structure"), lines)
            )
            kind = values.pop(f"{name}_format")
            rows = f"SELECT * FROM format({kind}, {structure}, {data})"  # noqa: S608
            sql = sql.replace(b"WITH ", f"WITH {name} AS ({rows}), ".encode(), 1)
        return _execute(sql, values)

    def _answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def _fields(body: bytes, boundary: str) -> Iterator[tuple[str, bool, str]]:
    """The parts of a form: name, whether it is a file, and what it holds."""
    for part in body.split(f"--{boundary}".encode())[1:-1]:
        head, _, data = part.partition(b"\r\n\r\n")
        name = re.search(rb'name="([^"]*)"', head)
        assert name
        yield name.group(1).decode(), b"filename=" in head, data.removesuffix(b"\r\n").decode()


def _execute(sql: bytes, values: dict[str, str]) -> bytes:
    connection = chdb.connect(":memory:")
    params = {n.removeprefix("param_"): v for n, v in values.items() if n.startswith("param_")}
    try:
        for name, value in values.items():
            if name not in TRANSPORT and not name.startswith("param_"):
                connection.query(f"SET {name} = '{value}'")
        found = FORMAT.search(sql)
        kind = (found.group(1) or found.group(2)).decode() if found else "TabSeparated"
        if found and sql.startswith(b"INSERT"):
            with NamedTemporaryFile() as file:
                file.write(sql[found.end() :])
                file.flush()
                insert = sql[: found.start()].decode()
                insert += f" FROM INFILE '{file.name}' FORMAT {kind}"
                return connection.query(insert).bytes()
        statement = sql[: found.start()].decode() if found else sql.decode()
        return connection.query(statement, kind, params=params).bytes()
    finally:
        connection.close()


@contextmanager
def clickhouse() -> Iterator[str]:
    """The address of a server on loopback; its tables are those of chDB in this process."""
    # They last for as long as it has a handle.
    kept = chdb.connect(":memory:")
    with closing(kept), ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = Thread(target=server.serve_forever)
        thread.start()
        try:
            password = PASSWORD.replace("@", "%40").replace("/", "%2F")
            yield f"clickhouse://{USER}:{password}@127.0.0.1:{server.server_port}/default?{OPTIONS}"
        finally:
            server.shutdown()
            thread.join()
