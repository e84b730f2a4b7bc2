"""Reports are the same once their events are sealed, and once their days are settled."""

import json
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.examples import up_to
from tests.tracking.warehouse.sealing.sealed import LATER, noted, seal
from tests.tracking.warehouse.shop import NOW, shop
from tests.tracking.warehouse.test_any_question import answered, questions
from tests.tracking.warehouse.test_snapshots import SNAPSHOTS, answer
from tracking.models import Event, Site
from tracking.warehouse import run
from tracking.warehouse.parse import from_json
from tracking.warehouse.sealing.manifest import live

pytestmark = [pytest.mark.django_db, pytest.mark.costly]

QUESTIONS = {path.stem: json.loads(path.read_text())["question"] for path in SNAPSHOTS}
ANSWERS = {path.stem: json.loads(path.read_text())["answer"] for path in SNAPSHOTS}


def answers(site: Site) -> dict[str, dict]:
    return {name: answer(run(from_json(site, asked, NOW))) for name, asked in QUESTIONS.items()}


def sealed_shop() -> Site:
    site = shop()
    noted(list(Event.objects.all()))
    seal(LATER)
    return site


def test_each_report_of_sealed_events_answers_what_its_snapshot_says() -> None:
    site = sealed_shop()

    assert (0, ANSWERS) == (Event.objects.count(), answers(site))


@pytest.mark.files
def test_each_report_of_settled_days_answers_what_its_snapshot_says() -> None:
    site = sealed_shop()
    seal(max(segment.sealed_at for segment in live()) + timedelta(days=3))

    settled = all(segment.final for segment in live())

    assert (True, ANSWERS) == (settled, answers(site))


@settings(max_examples=up_to(8))
@given(asked=st.lists(questions, min_size=1, max_size=8))
def test_any_question_has_the_same_answer_once_its_days_are_settled(asked: list) -> None:
    site = shop()
    noted(list(Event.objects.all()))
    hot = [answered(site, question) for question in asked]
    seal(LATER)
    seal(max(segment.sealed_at for segment in live()) + timedelta(days=3))

    sealed = [answered(site, question) for question in asked]
    # The next example needs the domain.
    site.delete()

    assert [each and each.rows for each in hot] == [each and each.rows for each in sealed]
