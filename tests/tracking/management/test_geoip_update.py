"""manage.py geoip_update."""

import pytest
import time_machine
from django.core.management import CommandError, call_command

from tests.tracking.ingest.file_server import file_server
from tests.tracking.ingest.mmdb import city_file
from tracking.ingest import place_update
from tracking.management.commands import geoip_update


@pytest.fixture
def target(tmp_path, settings):
    settings.GEOIP_FILE = tmp_path / "geoip" / "city.mmdb"
    settings.GEOIP_MAXMIND_ACCOUNT = ""
    settings.GEOIP_MAXMIND_KEY = ""
    return settings.GEOIP_FILE


def test_address_that_is_given_is_taken(target, capsys):
    with file_server({"/city": city_file()}) as server:
        call_command("geoip_update", url=f"{server.url}/city")

    assert city_file() == target.read_bytes()
    said = f"{target} is up to date. This product includes GeoLite2 data created by MaxMind.\n"
    assert said == capsys.readouterr().out


@time_machine.travel("2026-11-02")
def test_last_months_file_is_taken_where_this_months_is_not_out(target, monkeypatch):
    with file_server({"/2026-10": city_file(database_type="DBIP-City-Lite")}) as server:
        monkeypatch.setattr(place_update, "DB_IP_URL", server.url + "/{:%Y-%m}")
        call_command("geoip_update")

    assert ["/2026-11", "/2026-10"] == [path for path, _ in server.asked]
    assert target.exists()


def test_account_at_maxmind_is_used_where_it_is_set(target, settings, monkeypatch):
    settings.GEOIP_MAXMIND_ACCOUNT = "42"
    settings.GEOIP_MAXMIND_KEY = "key"
    with file_server({"/geolite": city_file()}) as server:
        monkeypatch.setattr(geoip_update, "MAXMIND_URL", f"{server.url}/geolite")
        call_command("geoip_update")

    assert [("/geolite", "Basic NDI6a2V5")] == server.asked


def test_failure_is_a_sentence_and_an_exit_code(target):
    with file_server() as server, pytest.raises(CommandError, match="404 Not Found"):
        call_command("geoip_update", url=f"{server.url}/city")
