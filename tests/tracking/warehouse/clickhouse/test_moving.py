"""A warehouse of files that is moved to ClickHouse."""

from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from tests.factories import SiteFactory
from tests.tracking.warehouse.sealing.sealed import LATER, NOON, by, seal, totals, visit
from tracking.models import Site
from tracking.warehouse import engine
from tracking.warehouse.clickhouse import segments
from tracking.warehouse.clickhouse.server import Server
from tracking.warehouse.sealing import files
from tracking.warehouse.sealing.manifest import live

pytestmark = pytest.mark.django_db


@pytest.fixture
def sealed(settings: Any) -> Site:
    """Three days in files, two of them settled, and a hot visit."""
    settings.WAREHOUSE = ""
    site = SiteFactory()
    for day in range(3):
        visit(site, ["/", "/a"], start=NOON + timedelta(days=day), visitor=1 + day % 2)
        visit(site, ["/b"], start=NOON + timedelta(days=day))
        seal(LATER + timedelta(days=day))
    seal(LATER + timedelta(days=4))
    visit(site, ["/hot"], start=NOON + timedelta(days=5))
    return site


def answers(site: Site) -> tuple:
    return totals(site), by(site, "event:page"), by(site, "time:day")


def moved() -> list[str]:
    said = StringIO()
    call_command("warehouse_move", stdout=said)
    return said.getvalue().splitlines()


def use(settings: Any, warehouse: str) -> None:
    engine.close()
    settings.WAREHOUSE = warehouse


def test_moved_warehouse_gives_the_same_answers(sealed: Site, settings: Any) -> None:
    truth = answers(sealed)
    use(settings, "chdb://memory")

    assert "All sealed events are in ClickHouse." == moved()[-1]
    assert truth == answers(sealed)


@pytest.mark.parametrize("nth", [1, 2, 3, 4])
def test_move_that_was_killed_goes_on_where_it_was(
    nth: int, sealed: Site, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth = answers(sealed)
    use(settings, "chdb://memory")
    insert, calls = Server.insert, []

    def killed(self: Server, table: str, *args: Any) -> None:
        insert(self, table, *args)
        calls.append(table)
        if len(calls) == nth:
            raise KeyboardInterrupt

    with monkeypatch.context() as broken:
        broken.setattr(Server, "insert", killed)
        with pytest.raises(KeyboardInterrupt):
            moved()
        # Of a segment that has all its rows nothing is sent again.
        whole = nth // 2 * 2
        before = len(calls)
        moved()
        sent = len(calls) - before

    assert (2 * live().count() - whole, truth) == (sent, answers(sealed))


def test_segment_that_was_replaced_since_it_was_moved_goes(sealed: Site, settings: Any) -> None:
    use(settings, "chdb://memory")
    moved()
    use(settings, "")
    visit(sealed, ["/c"], start=NOON + timedelta(hours=1))
    seal(LATER + timedelta(days=9))
    live().model.objects.exclude(removed_at=None).delete()
    truth = answers(sealed)

    use(settings, "chdb://memory")
    moved()

    names = set(live().values_list("name", flat=True))
    assert (names, truth) == (segments.everything(), answers(sealed))


def test_moved_visits_are_sealed_on_in_clickhouse(sealed: Site, settings: Any) -> None:
    truth = answers(sealed)
    use(settings, "chdb://memory")
    moved()

    seal(LATER + timedelta(days=9))

    assert (truth, {False}) == (answers(sealed), set(live().values_list("final", flat=True)))


def test_segment_whose_files_are_gone_ends_the_move_with_a_sentence(
    sealed: Site, settings: Any
) -> None:
    name = live().latest("day").name
    files.unlink({name})
    use(settings, "chdb://memory")

    with pytest.raises(CommandError, match=f"The files of the segment {name} are not in"):
        moved()


def test_move_without_a_clickhouse_ends_with_a_sentence(settings: Any) -> None:
    settings.WAREHOUSE = ""

    with pytest.raises(CommandError, match="Set FOOTFALL_WAREHOUSE to the address"):
        moved()
