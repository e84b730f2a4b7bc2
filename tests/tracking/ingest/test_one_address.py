"""The warning that a proxy hides the visitors."""

from queue import Queue
from threading import get_ident

import pytest

from tracking.ingest import one_address
from tracking.ingest.one_address import HITS, OneAddressWarning

SAME, OTHER = "203.0.113.7", "203.0.113.8"


@pytest.fixture(autouse=True)
def written(monkeypatch) -> Queue:
    """What is done to the cache, and whether the thread of the hits does it."""
    found: Queue = Queue()
    here = get_ident()

    class Cache:
        def set(self, *_args, **_options) -> None:
            found.put(("set", get_ident() == here))

        def delete(self, _key) -> None:
            found.put(("delete", get_ident() == here))

    monkeypatch.setattr(one_address, "cache", Cache())
    return found


@pytest.mark.parametrize(
    ("addresses", "warnings"),
    [
        pytest.param([SAME] * (HITS - 1), 0, id="too few to tell"),
        pytest.param([SAME] * HITS, 1, id="all from one"),
        pytest.param([SAME] * HITS * 3, 1, id="said once"),
        pytest.param([SAME] * (HITS - 1) + [OTHER] + [SAME] * HITS, 0, id="one from another"),
        pytest.param([SAME] * HITS + [OTHER] + [SAME] * HITS, 1, id="another later"),
    ],
)
def test_one_address_of_all_the_first_hits_is_warned_of_once(addresses, warnings, caplog):
    warning = OneAddressWarning()

    for address in addresses:
        warning.see(address)

    said = [record.getMessage() for record in caplog.records]
    assert warnings == sum("all_hits_from_one_address" in text for text in said)
    assert not any(SAME in text for text in said)


def test_hits_do_not_wait_for_the_note_and_a_second_address_takes_it_back(written):
    warning = OneAddressWarning()

    for _ in range(HITS):
        warning.see(SAME)
    noted = written.get(timeout=20)
    for _ in range(2):
        warning.see(OTHER)

    assert [("set", False), ("delete", False)] == [noted, written.get(timeout=20)]
    assert written.empty()


def test_a_process_that_sees_two_takes_back_what_one_before_noted(written):
    warning = OneAddressWarning()

    for address in (SAME, OTHER):
        warning.see(address)

    assert ("delete", False) == written.get(timeout=20)
