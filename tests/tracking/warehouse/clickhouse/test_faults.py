"""Whatever sealing into ClickHouse is at when it ends, no event is lost or counted twice."""

from typing import Any

import pytest

from tests.tracking.warehouse.sealing.sealed import LATER, seal, totals
from tests.tracking.warehouse.sealing.test_faults import SETTLED, busy_site
from tracking.models import Event
from tracking.warehouse import engine
from tracking.warehouse.clickhouse import segments
from tracking.warehouse.clickhouse.server import Server
from tracking.warehouse.sealing import rewrite
from tracking.warehouse.sealing import seal as sealing

pytestmark = pytest.mark.django_db

# What is ended, and whether after it was done.
STEPS = [
    (segments, "put", True),
    (segments, "remove", False),
    (segments, "fetched", True),
    (Server, "insert", True),
    (sealing.Move, "slice", False),
    (rewrite, "swap", True),
]


def seal_twice() -> None:
    for now in (LATER, SETTLED):
        seal(now)


@pytest.mark.parametrize(
    ("where", "name", "after"), STEPS, ids=[f"{where.__name__}.{name}" for where, name, _ in STEPS]
)
def test_run_that_ends_at_a_step_changes_no_answer(
    where: Any, name: str, after: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = busy_site()
    truth = totals(site)
    step = getattr(where, name)

    def end_here(*args: Any, **kwargs: Any) -> Any:
        if after:
            step(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(where, name, end_here)
        with pytest.raises(KeyboardInterrupt):
            seal_twice()
    found = totals(site)
    engine.close()
    anew = totals(site)
    seal(SETTLED)

    assert (truth, truth, truth, 0) == (found, anew, totals(site), Event.objects.count())
