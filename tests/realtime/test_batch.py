"""What fits into one frame."""

import json

from realtime.batch import LONGEST_HTML, fitting


def test_all_parts_of_usual_length_fit():
    parts = [(number, "<p>1 page</p>") for number in range(200)]

    assert parts == fitting(parts)


def test_the_newest_of_long_parts_fit_as_they_are_written():
    parts = [(number, "\N{SMILING FACE WITH SUNGLASSES}" * 1_000) for number in range(100)]

    kept = fitting(parts)

    assert parts[-len(kept) :] == kept
    length = sum(len(json.dumps(html)) for _, html in kept)
    assert LONGEST_HTML - 13_000 < length <= LONGEST_HTML
