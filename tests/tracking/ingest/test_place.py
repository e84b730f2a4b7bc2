"""Where addresses are."""

import os

import maxminddb
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.tracking.ingest.mmdb import PARIS, city_file
from tracking.ingest.place import DB_IP, MAXMIND, NOWHERE, Place, Places

IN_PARIS = Place("FR", "Ile-de-France", "Paris")
# Of the blocks that RFC 5737 keeps for documentation: in the test's file everything is in Paris.
ADDRESS = "203.0.113.7"


@pytest.fixture(scope="module")
def bundled():
    places = Places()
    yield places
    places.close()


def written(path, **kwargs):
    """A city file renamed into place, a second younger than the one before."""
    younger = path.stat().st_mtime + 1 if path.exists() else 1_700_000_000
    new = path.with_suffix(".new")
    new.write_bytes(city_file(**kwargs))
    os.utime(new, (younger, younger))
    new.replace(path)
    return path


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        pytest.param("85.214.132.117", Place("DE", "Berlin", "Berlin"), id="without-district"),
        pytest.param("::ffff:85.214.132.117", Place("DE", "Berlin", "Berlin"), id="ipv4-in-ipv6"),
        pytest.param("2001:4860:4860::8888", Place("CA", "Quebec", "Montreal"), id="ipv6"),
        pytest.param("127.0.0.1", NOWHERE, id="loopback"),
        pytest.param("10.1.2.3", NOWHERE, id="private"),
        pytest.param("::1", NOWHERE, id="ipv6-loopback"),
        pytest.param("fe80::1%eth0", NOWHERE, id="scoped"),
        pytest.param("", NOWHERE, id="empty"),
        pytest.param("300.1.1.1", NOWHERE, id="malformed"),
        pytest.param("1.2.3.4\0", NOWHERE, id="nul"),
        pytest.param("\ud800", NOWHERE, id="lone-surrogate"),
        pytest.param("1" * 100_000, NOWHERE, id="long"),
    ],
)
def test_lookup_in_the_bundled_file(bundled, address, expected):
    assert expected == bundled.lookup(address)


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        pytest.param(PARIS, IN_PARIS, id="whole"),
        pytest.param({"country": {"iso_code": "FR"}}, Place("FR"), id="country-alone"),
        pytest.param({"registered_country": {"iso_code": "US"}}, Place("US"), id="registered"),
        pytest.param({"city": {}, "subdivisions": []}, NOWHERE, id="empty-parts"),
        pytest.param("text", NOWHERE, id="no-map"),
    ],
)
def test_lookup_leaves_empty_what_a_record_lacks(tmp_path, record, expected):
    places = Places(written(tmp_path / "city.mmdb", record=record))

    assert expected == places.lookup(ADDRESS)


def test_address_of_a_family_that_the_file_lacks_is_nowhere(tmp_path):
    assert NOWHERE == Places(written(tmp_path / "city.mmdb")).lookup("2001:db8::1")


@pytest.mark.parametrize(
    ("database_type", "expected"),
    [("DBIP-City-Lite", DB_IP), ("GeoLite2-City", MAXMIND), ("GeoIP2-City", MAXMIND)],
)
def test_attribution_names_the_maker_of_the_file(tmp_path, database_type, expected):
    places = Places(written(tmp_path / "city.mmdb", database_type=database_type))

    assert expected == places.attribution


def test_bundled_file_stands_in_until_there_is_one(tmp_path):
    places = Places(tmp_path / "city.mmdb")
    before = places.attribution, places.reload_if_changed()

    written(tmp_path / "city.mmdb")

    assert (DB_IP, False) == before
    assert (True, IN_PARIS) == (places.reload_if_changed(), places.lookup(ADDRESS))


def test_replaced_file_is_read_after_one_reload(tmp_path):
    path = written(tmp_path / "city.mmdb")
    places = Places(path)

    written(path, record={"country": {"iso_code": "JP"}})

    assert IN_PARIS == places.lookup(ADDRESS)
    assert [True, False] == [places.reload_if_changed(), places.reload_if_changed()]
    assert Place("JP") == places.lookup(ADDRESS)


def test_broken_replacement_leaves_the_open_file_in_use(tmp_path):
    path = written(tmp_path / "city.mmdb")
    places = Places(path)

    path.unlink()
    path.write_bytes(b"broken")

    assert [False, False] == [places.reload_if_changed(), places.reload_if_changed()]
    assert IN_PARIS == places.lookup(ADDRESS)


def test_file_that_cannot_be_read_is_refused_at_the_start(tmp_path):
    (tmp_path / "city.mmdb").write_bytes(b"broken")

    with pytest.raises(maxminddb.InvalidDatabaseError):
        Places(tmp_path / "city.mmdb")


@given(st.text(alphabet=st.characters()))
def test_lookup_never_raises(bundled, text):
    assert isinstance(bundled.lookup(text), Place)
