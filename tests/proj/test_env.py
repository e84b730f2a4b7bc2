import os
import subprocess
import sys

import pytest

from proj import env
from tests.server import ROOT


def start(tmp_path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "FOOTFALL_DATA": str(tmp_path / "data"),
            **environment,
        },
        capture_output=True,
        text=True,
    )


@pytest.fixture
def environment(monkeypatch, tmp_path) -> dict[str, str]:
    """An environment with nothing in it but a data folder."""
    environment = {"FOOTFALL_DATA": str(tmp_path / "data")}
    monkeypatch.setattr(os, "environ", environment)
    return environment


@pytest.mark.stack
def test_the_server_starts_without_any_setting(tmp_path):
    assert 0 == start(tmp_path).returncode


@pytest.mark.stack
def test_a_wrong_value_stops_the_start_with_a_sentence(tmp_path):
    done = start(tmp_path, PORT="http")

    assert (1, "Footfall cannot start: PORT must be a whole number\n") == (
        done.returncode,
        done.stderr,
    )


def test_the_data_folder_is_made_where_the_signing_key_is_given(environment, tmp_path):
    environment["FOOTFALL_SECRET_KEY"] = "given"

    assert "given" == env.read().secret_key
    assert (tmp_path / "data").is_dir()


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("PORT", "http", "PORT must be a whole number"),
        ("PORT", "70000", "PORT must be a port from 1 to 65535"),
        (
            "FOOTFALL_URL",
            "stats.example.com",
            "FOOTFALL_URL must be an address such as https://stats.example.com",
        ),
        (
            "FOOTFALL_URL",
            "http://localhost:99999",
            "FOOTFALL_URL must be an address such as https://stats.example.com",
        ),
        (
            "FOOTFALL_URL",
            "https://example.com/stats",
            "FOOTFALL_URL must have no path, such as https://stats.example.com",
        ),
        (
            "FOOTFALL_ERROR_LOG",
            "/no-such-folder/errors.log",
            "FOOTFALL_ERROR_LOG must be a file in a folder that exists",
        ),
        (
            "SENTRY_DSN",
            "sentry",
            "SENTRY_DSN must be an address such as https://key@sentry.example.com/1",
        ),
        (
            "FOOTFALL_EVENT_PATH",
            "/js/script.js",
            "FOOTFALL_SCRIPT_PATH and FOOTFALL_EVENT_PATH must differ",
        ),
        (
            "FOOTFALL_QUERY_MEMORY",
            "0GB",
            "FOOTFALL_QUERY_MEMORY must be a size such as 512MB or 2GB",
        ),
        (
            "DATABASE_URL",
            "mysql://localhost/x",
            "DATABASE_URL must be an address such as postgres://user:password@host/name",
        ),
        (
            "REDIS_URL",
            "localhost:6379",
            "REDIS_URL must be an address such as redis://localhost:6379/0",
        ),
        (
            "FOOTFALL_FEED_REDIS",
            "redis://one:6379,two:6379",
            "FOOTFALL_FEED_REDIS must be an address such as redis://localhost:6379/0",
        ),
        (
            "FOOTFALL_FEED_REDIS",
            "redis://one:6379",
            "FOOTFALL_FEED_REDIS needs REDIS_URL too",
        ),
        ("EMAIL_URL", "mail", "EMAIL_URL must be an address such as smtp://user:password@host:587"),
        (
            "FOOTFALL_WAREHOUSE",
            "postgres://localhost/x",
            "FOOTFALL_WAREHOUSE must be an address such as"
            " clickhouse://user:password@host:8123/database",
        ),
        (
            "FOOTFALL_WAREHOUSE",
            "clickhouse://localhost/x?timeout=1",
            "FOOTFALL_WAREHOUSE has the unknown option 'timeout';"
            " docs/clickhouse.md names those there are",
        ),
        (
            "FOOTFALL_CLICKHOUSE_CLUSTER",
            "a b",
            "FOOTFALL_CLICKHOUSE_CLUSTER must be the name of a cluster",
        ),
        ("FOOTFALL_SYNCHRONOUS", "OFF", "FOOTFALL_SYNCHRONOUS must be one of NORMAL, FULL"),
        ("FOOTFALL_REGISTRATION", "yes", "FOOTFALL_REGISTRATION must be one of closed, open"),
        (
            "FOOTFALL_TRUSTED_PROXIES",
            "nginx",
            "FOOTFALL_TRUSTED_PROXIES 'nginx' is not an address or a network such as 10.0.0.0/8",
        ),
        (
            "FOOTFALL_EVENT_PATH",
            "api",
            "FOOTFALL_EVENT_PATH must be a path that begins with / such as /js/count.js",
        ),
        (
            "FOOTFALL_SCRIPT_PATH",
            "/js/a b.js",
            "FOOTFALL_SCRIPT_PATH must be a path that begins with / such as /js/count.js",
        ),
        (
            "FOOTFALL_QUERY_MEMORY",
            "2GB or so",
            "FOOTFALL_QUERY_MEMORY must be a size such as 512MB or 2GB",
        ),
        (
            "FOOTFALL_QUERY_MEMORY",
            "lots",
            "FOOTFALL_QUERY_MEMORY must be a size such as 512MB or 2GB",
        ),
        ("FOOTFALL_SHARDS", "0", "FOOTFALL_SHARDS must be a number from 1 to 64"),
        (
            "FOOTFALL_ADDRESS_RATE",
            "-1",
            "FOOTFALL_ADDRESS_RATE must be a number of hits a second from 0 to 1000000",
        ),
        ("FOOTFALL_DEBUG", "perhaps", "FOOTFALL_DEBUG must be true or false"),
        ("FOOTFALL_LOG_FORMAT", "xml", "FOOTFALL_LOG_FORMAT must be one of console, json"),
    ],
)
def test_a_wrong_value_is_named_in_a_sentence(environment, name, value, sentence):
    environment[name] = value

    with pytest.raises(SystemExit) as ended:
        env.read()

    assert f"Footfall cannot start: {sentence}" == ended.value.code


def test_a_data_folder_that_cannot_be_written_is_named_in_a_sentence(environment, tmp_path):
    (tmp_path / "data").write_text("a file in the way")

    with pytest.raises(SystemExit) as ended:
        env.read()

    assert str(ended.value.code).startswith(
        "Footfall cannot start: FOOTFALL_DATA must be a folder that can be written"
    )


def test_the_signing_key_is_kept_where_only_its_owner_can_read_it(environment, tmp_path):
    first = env.read().secret_key
    path = tmp_path / "data" / "secret_key"

    assert (0o600, first, first) == (
        path.stat().st_mode & 0o777,
        path.read_text(),
        env.read().secret_key,
    )


def test_a_secret_in_a_file_is_read_without_the_end_of_its_line(environment, tmp_path):
    (tmp_path / "key").write_text("from a file\n")
    environment["FOOTFALL_SECRET_KEY_FILE"] = str(tmp_path / "key")

    assert "from a file" == env.read().secret_key


def test_earlier_secret_keys_are_separated_by_commas(environment):
    environment["FOOTFALL_SECRET_KEY_OLD"] = "older,oldest"

    assert ["older", "oldest"] == env.read().secret_key_old


@pytest.mark.parametrize("name", ["FOOTFALL_SECRET_KEY", "DATABASE_URL", "SENTRY_DSN", "PORT"])
def test_a_file_that_is_not_there_is_named_in_a_sentence(environment, tmp_path, name):
    environment[f"{name}_FILE"] = str(tmp_path / "nowhere")

    with pytest.raises(SystemExit) as ended:
        env.read()

    assert (
        f"Footfall cannot start: The value of {name}_FILE must be a readable file path."
        == ended.value.code
    )


def test_a_wrong_value_in_a_file_is_not_repeated(environment, tmp_path):
    (tmp_path / "url").write_text("mysql://footfall:a-secret@host/x")
    environment["DATABASE_URL_FILE"] = str(tmp_path / "url")

    with pytest.raises(SystemExit) as ended:
        env.read()

    assert "a-secret" not in str(ended.value.code)


def test_a_data_folder_that_is_made_is_its_owners_alone(environment, tmp_path):
    env.read()

    assert 0o700 == (tmp_path / "data").stat().st_mode & 0o777
