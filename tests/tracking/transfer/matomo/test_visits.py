import io

import pytest

from tests.tracking.transfer.matomo.answers import (
    action,
    as_csv,
    as_json,
    as_wide_tsv,
    as_xml,
    page,
    visit,
)
from tracking.transfer.errors import ImportProblem
from tracking.transfer.matomo import visits as reading
from tracking.transfer.matomo.events import events
from tracking.transfer.matomo.visits import visits

VISITS = [
    visit(
        page('/"quoted", and <b>;', 0),
        action("event", 5, eventCategory="Video", eventAction="=Play", url="https://example.com/"),
        idVisit=11,
        customVariables=[{"customVariableName1": "Plan", "customVariableValue1": "+Pro"}],
        dimension2="Müller",
    ),
    visit(page("/b"), idVisit=10),
]
FORMS = [as_json, as_xml, as_csv, as_wide_tsv]


def read(data):
    return list(visits(io.BufferedReader(io.BytesIO(data))))


@pytest.mark.parametrize("form", FORMS)
def test_visits_are_the_same_in_each_form(form):
    expected = [[*events(each)] for each in VISITS]

    assert expected == [[*events(each)] for each in read(form(VISITS))]


def test_pages_in_one_file_are_read_one_after_the_other():
    assert [11, 10, 11] == [each["idVisit"] for each in read(
        as_json(VISITS) + b"\n" + as_json([]) + as_json(VISITS[:1])
    )]  # fmt: skip


@pytest.mark.parametrize("size", [1, 7, 100])
def test_visits_are_read_however_the_file_is_cut(monkeypatch, size):
    monkeypatch.setattr(reading, "CHUNK", size)

    assert VISITS == read(as_json(VISITS))


@pytest.mark.parametrize("data", [b"", b"[]"])
def test_page_without_visits_has_none(data):
    assert [] == read(data)


@pytest.mark.parametrize(
    "data",
    [
        b"nonsense",
        b"[1, 2]",
        b'{"a": 1}',
        b'[{"a":' * 50_000,
        b'[{"idVisit": "',
        as_json(VISITS)[:-40],
        b"\xff[",
        as_xml(VISITS)[:-40],
        b"<html><p>no</p></html>",
        b'<!DOCTYPE result [<!ENTITY a "b">]><result><row><idVisit>&a;</idVisit></row></result>',
        b"<result>" + b"<row>" * 5000,
        b"<result><row><a>1</a></row></result>",
        b"label,nb_visits\nDE,3",
    ],
    ids=range(13),
)
def test_file_without_visits_is_refused(data):
    with pytest.raises(ImportProblem, match="has no visits"):
        read(data)


@pytest.mark.parametrize(
    "data",
    [
        b'{"result":"error","message":"You cannot view"}',
        b'<result>\n\t<error message="You cannot view" />\n</result>',
    ],
)
def test_answer_that_is_an_error_says_so(data):
    with pytest.raises(ImportProblem, match="answered with an error"):
        read(data)


def test_visit_that_is_too_large_is_refused(monkeypatch):
    monkeypatch.setattr(reading, "CHUNK", 10)
    monkeypatch.setattr(reading, "LARGEST_VISIT", 100)

    for form in (as_json, as_xml):
        with pytest.raises(ImportProblem, match="has no visits"):
            read(form(VISITS))
