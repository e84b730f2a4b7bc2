"""Whatever sealing is at when it ends, no event is lost or counted twice."""

from datetime import timedelta
from typing import Any

import pytest

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, seal, totals, visit
from tests.tracking.warehouse.sealing.test_late import enrich
from tracking.models import Event, Site
from tracking.warehouse import engine
from tracking.warehouse.sealing import files, manifest, merge, rewrite, turn
from tracking.warehouse.sealing import seal as sealing

pytestmark = [pytest.mark.django_db, pytest.mark.costly]

SETTLED = LATER + timedelta(days=3)

STEPS = [
    (turn.Turn, "announce"),
    (files, "_write"),
    (files, "_sync"),
    (sealing.Move, "slice"),
    (sealing.Move, "_store"),
    (sealing, "_delete"),
    (rewrite, "gather"),
    (rewrite, "swap"),
    (rewrite, "_store"),
    (merge, "find_single"),
    (merge, "swap"),
    (manifest.Generation, "bump"),
]


def busy_site() -> Site:
    """Something of all that a run does: to seal, to write anew, to merge, to settle."""
    site = SiteFactory()
    first, _ = visit(site, ["/", "/a"])
    visit(site, ["/"], start=NOON + timedelta(hours=1))
    seal(LATER)
    visit(site, ["/b"], start=NOON + timedelta(hours=2))
    enrich(site, first.visitor, NOON + timedelta(minutes=10))
    return site


@pytest.mark.parametrize("nth", [1, 2])
@pytest.mark.parametrize(
    ("where", "name"), STEPS, ids=[f"{where.__name__}.{name}" for where, name in STEPS]
)
def test_run_that_ends_at_a_step_changes_no_answer(
    where: Any, name: str, nth: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = busy_site()
    truth = totals(site)
    step, calls = getattr(where, name), []

    def end_here(*args: Any, **kwargs: Any) -> Any:
        calls.append(name)
        if len(calls) == nth:
            raise KeyboardInterrupt
        return step(*args, **kwargs)

    with monkeypatch.context() as broken:
        broken.setattr(where, name, end_here)
        for now in (LATER, SETTLED):
            try:
                seal(now)
            except KeyboardInterrupt:
                break
    after = totals(site)
    engine.close()
    anew = totals(site)
    seal(SETTLED)
    assert (truth, truth, truth, 0) == (after, anew, totals(site), Event.objects.count())
