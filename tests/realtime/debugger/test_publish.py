from structlog.testing import capture_logs

from realtime.debugger.hits import MOST, ShownHit
from tests.realtime.debugger.traces import accepted, announce, refused


def test_each_site_gets_one_message_with_its_hits_in_order(layer):
    one, other, dropped = accepted(1), accepted(2), refused(1)

    announce(one, other, dropped)

    assert [
        (
            "site.1.hits",
            {
                "type": "site.hits",
                "hits": [ShownHit.of(one).as_message(), ShownHit.of(dropped).as_message()],
                "skipped": 0,
            },
        ),
        (
            "site.2.hits",
            {"type": "site.hits", "hits": [ShownHit.of(other).as_message()], "skipped": 0},
        ),
    ] == layer.sent


def test_message_of_a_busy_site_stays_small_and_counts_the_rest(layer):
    announce(refused(1, path="/dropped"), *(accepted(1, f"/{number}") for number in range(100)))

    [(_, message)] = layer.sent
    assert (MOST, 101 - MOST, "/dropped") == (
        len(message["hits"]),
        message["skipped"],
        message["hits"][0]["page"],
    )


def test_layer_that_is_down_is_logged_once_and_breaks_nothing(layer):
    layer.down = True

    with capture_logs() as logs:
        announce(accepted(1))
        announce(accepted(1))
        layer.down = False
        announce(accepted(1))

    assert ["feed_publish_failed", "feed_publish_recovered"] == [entry["event"] for entry in logs]
