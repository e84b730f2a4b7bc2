from tracking.ingest.visitor import visitor_id

SALT = b"s" * 32


def test_visitor_id_is_the_same_for_the_same_sender():
    assert visitor_id(SALT, 1, "203.0.113.7", "Firefox") == visitor_id(
        SALT, 1, "203.0.113.7", "Firefox"
    )


def test_visitor_id_differs_by_salt_site_address_and_agent():
    ids = {
        visitor_id(SALT, 1, "203.0.113.7", "Firefox"),
        visitor_id(b"t" * 32, 1, "203.0.113.7", "Firefox"),
        visitor_id(SALT, 2, "203.0.113.7", "Firefox"),
        visitor_id(SALT, 1, "203.0.113.8", "Firefox"),
        visitor_id(SALT, 1, "203.0.113.7", "Safari"),
    }

    assert 5 == len(ids)


def test_visitor_id_fits_a_signed_64_bit_column():
    assert all(
        -(2**63) <= visitor_id(SALT, site_id, "203.0.113.7", "Firefox") < 2**63
        for site_id in range(200)
    )
