"""The warning that a proxy hides the visitors."""

import pytest

from tracking.ingest.one_address import HITS, OneAddressWarning

SAME, OTHER = "203.0.113.7", "203.0.113.8"


@pytest.mark.parametrize(
    ("addresses", "warnings"),
    [
        pytest.param([SAME] * (HITS - 1), 0, id="too few to tell"),
        pytest.param([SAME] * HITS, 1, id="all from one"),
        pytest.param([SAME] * HITS * 3, 1, id="said once"),
        pytest.param([SAME] * (HITS - 1) + [OTHER] + [SAME] * HITS, 0, id="one from another"),
    ],
)
def test_one_address_of_all_the_first_hits_is_warned_of_once(addresses, warnings, caplog):
    warning = OneAddressWarning()

    for address in addresses:
        warning.see(address)

    said = [record.getMessage() for record in caplog.records]
    assert warnings == sum("all_hits_from_one_address" in text for text in said)
    assert not any(SAME in text for text in said)
