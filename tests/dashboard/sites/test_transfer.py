import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from dashboard.sites import transfer
from dashboard.sites.download import Pipe
from tests.factories import EventFactory, SeatFactory, SiteFactory, UserFactory
from tests.tracking.transfer.files import LINE
from tests.tracking.transfer.formats.goatcounter_files import Hit, exported
from tests.tracking.warehouse.sealing.sealed import noted
from tracking import tasks
from tracking.models import Change, Import, Role, Site
from tracking.transfer import uploads
from tracking.transfer.refused import path_of_refusals

pytestmark = pytest.mark.django_db

PAGE = "/sites/northpeak.example/transfer"
EXPORT = "/sites/northpeak.example/export"
IMPORTS = "/sites/northpeak.example/imports"
CONTENT = f"{json.dumps(LINE)}\n".encode()


@pytest.fixture(autouse=True)
def _data(settings: Any, tmp_path: Path) -> None:
    settings.DATA = tmp_path


@pytest.fixture
def site(client) -> Site:
    """A site whose owner is signed in."""
    membership = SeatFactory(site=SiteFactory(domain="northpeak.example"))
    client.force_login(membership.user)
    return membership.site


def begun(client) -> dict:
    return client.post(f"{IMPORTS}/begin", {"name": "a.ndjson", "size": len(CONTENT)}).json()


def part(client, number: int, content: bytes = CONTENT, offset: object = 0):
    address = f"{IMPORTS}/{number}/part?offset={offset}"
    return client.post(address, content, content_type="application/octet-stream")


@pytest.mark.django_db(transaction=True)
def test_download_has_the_events_and_a_name(client, site):
    noted([EventFactory(site=site, path="/a"), EventFactory(site=site, path="/b")])

    response = client.get(EXPORT, {"format": "ndjson"})

    pages = [json.loads(line)["path"] for line in b"".join(response).splitlines()]
    assert ["/a", "/b"] == pages
    assert [("downloaded", False), ("finished", True)] == [
        (row.did, row.details.get("events") == 2) for row in Change.objects.order_by("pk")
    ]
    assert ".ndjson" in response["Content-Disposition"]


@pytest.mark.django_db(transaction=True)
def test_download_that_breaks_off_is_recorded(client, site, monkeypatch):
    monkeypatch.setattr(transfer, "export_events", lambda *args: 1 / 0)

    with pytest.raises(ZeroDivisionError):
        b"".join(client.get(EXPORT, {"format": "ndjson"}))

    assert ["downloaded", "failed"] == [row.did for row in Change.objects.order_by("pk")]


def test_days_that_make_no_sense_are_refused_beside_their_fields(client, site):
    response = client.get(EXPORT, {"format": "csv", "first": "2026-03-02", "last": "2026-03-01"})

    assert ["The last day lies before the first."] == response.context["form"].non_field_errors()


def test_sent_file_waits_for_its_import(client, site, django_capture_on_commit_callbacks):
    answer = begun(client)

    with django_capture_on_commit_callbacks() as asked:
        response = part(client, answer["id"])

    assert ({"done": len(CONTENT)}, 1) == (response.json(), len(asked))
    assert ["waiting"] == list(Import.objects.values_list("state", flat=True))


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("access-log", {"log_format": "%h %t %r", "before": "2026-03-10"}),
        ("umami", {"before": "2026-03-10"}),
        ("events", {}),
    ],
    ids=["of a log", "of tables", "of raw events"],
)
def test_file_is_kept_with_what_its_kind_is_told(client, site, kind, options):
    about = {"name": "a.ndjson", "size": 9, "kind": kind, "log_format": " %h %t %r "}
    about["before"] = "2026-03-10"

    client.post(f"{IMPORTS}/begin", about)

    assert [options] == list(Import.objects.values_list("options", flat=True))


def test_file_that_is_not_taken_says_why(client, site):
    response = client.post(f"{IMPORTS}/begin", {"name": "a.xls", "size": "3"})

    assert (400, True) == (response.status_code, "must end in" in response.json()["error"])


def test_day_that_is_none_is_not_taken(client, site):
    about = {"name": "a.csv", "size": "3", "kind": "goatcounter", "before": "soon"}

    response = client.post(f"{IMPORTS}/begin", about)

    assert (400, {"error": "Write the day as 2026-03-10."}) == (
        response.status_code,
        response.json(),
    )


def test_page_proposes_to_leave_out_what_was_counted_here(client, site):
    EventFactory(site=site, time=site.created_at)

    page = client.get(PAGE).content.decode()

    day = f"{site.created_at.astimezone(site.zone):%Y-%m-%d}"
    assert f'name="before" type="date" value="{day}"' in " ".join(page.split())


@pytest.mark.parametrize("offset", ["x", -1, 10_000], ids=["no-number", "negative", "behind"])
def test_part_that_is_none_is_refused(client, site, offset):
    response = part(client, begun(client)["id"], offset=offset)

    assert (400, {"error": "There is no such part."}) == (response.status_code, response.json())


def test_cancelled_file_is_gone(client, site):
    number = begun(client)["id"]
    part(client, number, CONTENT[:9])

    response = client.post(f"{IMPORTS}/{number}/cancel")

    assert PAGE == response["Location"]
    assert [] == list(uploads.folder().glob("upload-*"))


def test_page_tells_what_became_of_files(client, site):
    Import.objects.create(
        site=site,
        file_name="march.csv",
        state="done",
        events=1234,
        visits=1000,
        refused=1,
        refusals=[[17, "It has no visitor."]],
    )
    Import.objects.create(site=site, file_name="x.csv", state="failed", problem="The disk is full.")

    page = client.get(PAGE).content.decode()

    for words in ("march.csv", "1,234 events", "17", "It has no visitor.", "The disk is full."):
        assert words in page
    assert "every 2s" not in page


@pytest.mark.parametrize(
    ("kind", "done", "words"),
    [
        ("goatcounter", 50, "Read: 50 %, 1,234 events."),
        ("plausible", 50, "Read: 50 %, 1,234 lines of daily totals."),
        ("goatcounter", 100, "Read: 100 %, 1,234 events. Now it is stored, day by day."),
    ],
)
def test_page_tells_how_far_an_import_is_and_what_it_counts(client, site, kind, done, words):
    Import.objects.create(
        site=site, format=kind, state="running", events=1234, bytes_done=done, bytes_total=100
    )

    page = " ".join(client.get(PAGE).content.decode().split())

    assert f'<p class="soft"> {words} </p>' in page


def test_htmx_asks_again_while_a_file_is_on_its_way(client, site):
    begun(client)

    page = client.get(IMPORTS, headers={"HX-Request": "true"}).content.decode()

    assert (True, False) == ("every 2s" in page, "<html" in page)


@pytest.mark.parametrize("role", [None, Role.VIEWER], ids=["outsider", "viewer"])
def test_only_owners_get_or_give_events(client, role):
    site = SiteFactory(domain="northpeak.example")
    job = Import.objects.create(pk=1, site=site, file_name="a.csv", state="uploading")
    user = UserFactory()
    if role:
        SeatFactory(site=site, user=user, role=role)
    client.force_login(user)

    found = [client.get(address).status_code for address in (PAGE, EXPORT, IMPORTS)]
    found += [
        client.post(f"{IMPORTS}/{way}").status_code for way in ("begin", "1/part", "1/cancel")
    ]

    job.refresh_from_db()
    assert ([404] * 6, "uploading") == (found, job.state)


def test_import_of_another_site_is_not_touched(client, site):
    other = Import.objects.create(site=SiteFactory(), file_name="a.csv", state="uploading")

    assert 404 == part(client, other.pk).status_code


@pytest.mark.parametrize("asynchronous", [False, True], ids=["wsgi", "asgi"])
def test_pipe_passes_on_what_is_written_in_pieces(asynchronous: bool):
    written = bytes(range(256)) * 10_000
    pipe = Pipe(lambda to: to.write(written))

    async def read() -> list[bytes]:
        return [chunk async for chunk in pipe.async_chunks()]

    chunks = asyncio.run(read()) if asynchronous else list(pipe.chunks())

    assert written == b"".join(chunks)


def test_pipe_breaks_off_where_writing_fails():
    def write(to: Pipe) -> None:
        to.write(b"a")
        raise ValueError("broken")

    with pytest.raises(ValueError, match="broken"):
        list(Pipe(write).chunks())


def test_writer_ends_when_nobody_reads_any_more():
    pipe = Pipe(lambda to: [to.write(b"x" * 1_000_000) for _ in range(100)])
    chunks = pipe.chunks()
    next(chunks)

    chunks.close()

    pipe._thread.join(timeout=10)
    assert not pipe._thread.is_alive()


@pytest.mark.parametrize(
    ("name", "head", "expected"),
    [
        pytest.param("a.csv", exported(Hit()), "goatcounter", id="program"),
        pytest.param("a.csv", b"timestamp,visitor,name,url\n", "events", id="raw-events"),
        pytest.param("a.xls", b"hello", "", id="unknown"),
    ],
)
def test_origin_of_a_file_is_guessed_by_name_and_beginning(client, site, name, head, expected):
    response = client.post(
        f"{IMPORTS}/guess?name={name}", head, content_type="application/octet-stream"
    )

    assert {"kind": expected} == response.json()


def test_choice_is_offered_and_taken(client, site, django_capture_on_commit_callbacks):
    job = Import.objects.create(
        site=site,
        file_name="umami.sql",
        state="asking",
        choices={"option": "website", "problem": "Several.", "offered": [["7", "Shop"]]},
    )
    page = client.get(IMPORTS).content.decode()

    with django_capture_on_commit_callbacks() as asked:
        client.post(f"{IMPORTS}/{job.pk}/choose", {"choice": "7"})

    job.refresh_from_db()
    assert (True, False) == ('<option value="7">Shop</option>' in page, "every 2s" in page)
    assert ("waiting", {"website": "7"}) == (job.state, job.options)
    assert tasks.import_uploaded in asked


@pytest.mark.parametrize("is_kept", [True, False], ids=["all", "the first, after a while"])
def test_refused_lines_are_a_file(client, site, is_kept):
    job = Import.objects.create(site=site, refused=2, refusals=[[3, "It has no name."]])
    path = path_of_refusals(job)
    path.parent.mkdir()
    if is_kept:
        path.write_text("3\tIt has no name.\n4\tIt has no url.\n")

    response = client.get(f"{IMPORTS}/{job.pk}/refused")

    expected = b"3\tIt has no name.\n" + (b"4\tIt has no url.\n" if is_kept else b"")
    assert expected == b"".join(response)


def test_page_counts_what_was_known_refused_and_left_out(client, site):
    Import.objects.create(
        site=site,
        state="done",
        events=2,
        known=1234,
        refused=30,
        refusals=[[3, "It has no name."]],
        reasons=[["It has no name.", 30]],
        left_out=[["Requests of bots.", 5]],
    )

    page = client.get(PAGE).content.decode()

    assert [True] * 3 == [
        text in page
        for text in (
            "Imported before: 1,234.",
            "<li>It has no name. 30 lines.</li>",
            "<li>Left out: 5 lines. Requests of bots.</li>",
        )
    ]
