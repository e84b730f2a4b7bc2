"""Whether a process should be sent requests, for each of its parts."""

import socket
from types import SimpleNamespace

import pytest
from django.db import OperationalError

from proj import bounded, process, readiness, stopping
from tracking.warehouse.sealing import files

pytestmark = pytest.mark.django_db(transaction=True)

OF_STORAGE = {"database": "ok", "migrations": "ok", "redis": "ok"}
ALL = {**OF_STORAGE, "warehouse": "ok", "static": "ok"}


@pytest.fixture(autouse=True)
def _nothing_remembered(monkeypatch, settings, tmp_path):
    readiness.asked.cache_clear()
    monkeypatch.setattr(readiness, "_migrated", False)
    monkeypatch.setattr(process, "_kind", "pages")
    settings.STATIC_ROOT = tmp_path
    (tmp_path / "staticfiles.json").touch()
    # However slow the machine is, what answers at all does so in time.
    monkeypatch.setattr(bounded, "SECONDS", 45)
    yield
    readiness.asked.cache_clear()


def failing(error: Exception):
    def ask() -> str:
        raise error

    return ask


def asked(client) -> tuple[int, str, dict]:
    answer = client.get("/readyz")
    return answer.status_code, answer.json()["status"], answer.json()["parts"]


def test_a_server_with_all_it_needs_is_ready_and_says_what_it_is(client):
    answer = client.get("/readyz")

    assert (200, {"status": "ready", "process": "pages", "parts": ALL}, "no-store") == (
        answer.status_code,
        answer.json(),
        answer["Cache-Control"],
    )


@pytest.mark.parametrize("kind", ["hits", "sockets"])
def test_hits_and_sockets_need_neither_warehouse_nor_files(client, monkeypatch, kind):
    monkeypatch.setattr(process, "_kind", kind)

    assert (200, "ready", OF_STORAGE) == asked(client)


@pytest.mark.parametrize("kind", ["hits", "pages", "sockets", "serve"])
def test_without_redis_all_kinds_take_requests_and_say_so(client, monkeypatch, settings, kind):
    monkeypatch.setattr(process, "_kind", kind)
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:1/0"

    status, words, parts = asked(client)

    assert (200, "degraded", "away") == (status, words, parts["redis"])


def test_without_a_database_it_is_not_ready(client, monkeypatch):
    monkeypatch.setitem(readiness.PARTS, "database", failing(OperationalError("host=10.1.2.3")))

    assert (503, "unready", {**ALL, "database": "away"}) == asked(client)


def test_with_migrations_to_come_it_is_not_ready(client, monkeypatch):
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: [1]
    )

    assert (503, "unready", {**ALL, "migrations": "behind"}) == asked(client)


def test_without_the_files_of_pages_it_is_not_ready(client, settings, tmp_path):
    settings.STATIC_ROOT = tmp_path / "nowhere"

    assert (503, "unready", {**ALL, "static": "missing"}) == asked(client)


@pytest.mark.parametrize(
    ("content", "state"), [(b"PAR1...", "ok"), (b"", "missing"), (None, "missing")]
)
def test_sealed_files_that_cannot_be_read_are_missed(client, monkeypatch, tmp_path, content, state):
    file = tmp_path / "events" / "x.parquet"
    file.parent.mkdir()
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(files, "folder", lambda: tmp_path)
    newest = SimpleNamespace(first=lambda: "x")
    query = SimpleNamespace(order_by=lambda *_: query, values_list=lambda *_, **__: newest)
    monkeypatch.setattr(readiness, "live", lambda: query)

    assert {**ALL, "warehouse": state} == asked(client)[2]


def test_parts_that_hang_are_away_after_one_wait_for_all(client, monkeypatch, settings):
    # The others answer before anything is waited for, however slow the machine is.
    for name in ("database", "migrations", "static"):
        monkeypatch.setitem(readiness.PARTS, name, lambda: "ok")
        readiness.asked(name).answer()
    monkeypatch.setattr(bounded, "FRESH_SECONDS", 3600)
    monkeypatch.setattr(bounded, "SECONDS", 1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.WAREHOUSE = f"clickhouse://127.0.0.1:{silent.getsockname()[1]}/footfall"

        assert (503, "unready", {**ALL, "redis": "away", "warehouse": "away"}) == asked(client)


def test_a_process_that_stops_wants_no_more_requests(client, monkeypatch):
    monkeypatch.setattr(stopping, "is_stopping", lambda: True)

    assert (503, "stopping", {}) == asked(client)


def test_outsiders_learn_no_address_and_no_password(client, monkeypatch, settings):
    settings.REDIS_URL = "redis://:hidden@127.0.0.1:1/0"
    monkeypatch.setitem(readiness.PARTS, "database", failing(OperationalError("host=10.1.2.3")))

    answer = client.get("/readyz").text

    assert [] == [word for word in ("hidden", "127.0.0.1", "10.1.2.3", "host") if word in answer]
