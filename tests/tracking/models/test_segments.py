import json

import pytest

from tests.factories import SiteFactory
from tracking.models import Segment

pytestmark = pytest.mark.django_db

ADD = "/admin/tracking/segment/add/"


def add(admin_client, filters: list) -> list[str]:  # type: ignore[no-untyped-def]
    """What is wrong with the filters of a segment made in the admin."""
    fields = {"site": SiteFactory().pk, "name": "Germans", "filters": json.dumps(filters)}
    answer = admin_client.post(ADD, fields)
    return answer.context["errors"][0] if answer.context else []


def test_segment_with_filters_that_can_be_asked_is_stored(admin_client) -> None:  # type: ignore[no-untyped-def]
    wrong = add(admin_client, [["is", "visit:country", ["DE"]]])

    stored = Segment.objects.values_list("name", "filters")
    assert ([], [("Germans", [["is", "visit:country", ["DE"]]])]) == (wrong, list(stored))


@pytest.mark.parametrize(
    ("filters", "sentence"),
    [
        ([["is", "visit:shoe", ["DE"]]], "There is no dimension 'visit:shoe'."),
        ([["is", "segment", [1]]], "The filter on 'segment' cannot stand inside a segment."),
    ],
    ids=["unknown dimension", "another segment"],
)
def test_segment_that_no_question_could_name_is_refused(
    admin_client, filters: list, sentence: str
) -> None:  # type: ignore[no-untyped-def]
    assert [sentence] == add(admin_client, filters)
