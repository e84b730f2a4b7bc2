"""The command that says what to do."""

import json
import threading

import pytest
from django.core.management import call_command

from proj.management.commands import doctor
from proj.status import inside, outside, seen
from proj.status.finding import Check, bad, look, ok

pytestmark = pytest.mark.django_db(transaction=True)

WELL = Check("Disk", lambda _now: ok("much"))
SO_SO = Check("Places", lambda _now: look("old", "Load them."))
ILL = Check("Redis", lambda _now: bad("away", "Start it."))


def examined(monkeypatch, checks, *options: str) -> int:
    monkeypatch.setattr(doctor, "CHECKS", checks)
    monkeypatch.setattr(inside, "CHECKS", ())
    monkeypatch.setattr(outside, "checks", lambda _url: ())
    try:
        call_command("doctor", *options)
    except SystemExit as ended:
        return ended.code
    return 0


def test_each_finding_is_a_line_with_what_to_do_below(monkeypatch, capsys):
    code = examined(monkeypatch, [WELL, SO_SO, ILL])

    assert (
        1,
        [
            "ok   Disk: much",
            "look Places: old",
            "     → Load them.",
            "bad  Redis: away",
            "     → Start it.",
        ],
    ) == (code, capsys.readouterr().out.splitlines())


def test_what_is_only_to_be_looked_at_is_no_failure(monkeypatch):
    assert 0 == examined(monkeypatch, [WELL, SO_SO])


def test_programs_get_a_list(monkeypatch, capsys):
    examined(monkeypatch, [SO_SO], "--json")

    assert [
        {"check": "Places", "state": "look", "finding": "old", "advice": "Load them."}
    ] == json.loads(capsys.readouterr().out)


def test_a_check_that_hangs_is_given_up(monkeypatch, capsys):
    gate = threading.Event()
    monkeypatch.setattr(doctor, "SECONDS", 0.2)

    try:
        code = examined(monkeypatch, [Check("Redis", lambda _now: gate.wait())])
    finally:
        gate.set()

    assert (1, True) == (code, "No answer in" in capsys.readouterr().out)


@pytest.mark.parametrize("header", [None, "", "made:up:token"])
def test_nobody_else_is_told_what_the_server_sees(client, header):
    headers = {} if header is None else {seen.HEADER: header}

    assert "seen" not in client.get("/readyz", headers=headers).json()


def test_the_doctor_is_told_what_the_server_sees_of_it(client):
    headers = {seen.HEADER: seen.token(), "X-Forwarded-For": "192.0.2.1, 198.51.100.7"}

    told = client.get("/readyz", headers=headers).json()["seen"]

    assert {
        "peer": "127.0.0.1",
        "trusted": True,
        "proxied": True,
        "client": "198.51.100.7",
        "https": False,
    } == told
