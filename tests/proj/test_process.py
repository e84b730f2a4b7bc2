import sys

import pytest

from proj import process


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("/opt/x/.venv/bin/daphne proj.asgi:application", "sockets"),
        ("/opt/x/daphne/__main__.py -p 8002", "sockets"),
        ("manage.py run_huey", "queue"),
        ("manage.py serve --demo", "serve"),
        ("manage.py migrate", "command"),
        ("/opt/x/.venv/bin/gunicorn", "command"),
        ("", "command"),
    ],
)
def test_a_command_line_tells_the_kind_of_process(line, kind):
    assert kind == process.kind_of(line.split())


@pytest.mark.parametrize(
    ("program", "kind"), [("gunicorn", "hits"), ("daphne", "sockets")], ids=["silent", "telling"]
)
def test_an_application_says_it_where_the_program_does_not(monkeypatch, program, kind):
    monkeypatch.setattr(sys, "argv", [program, "proj.hits:application"])
    monkeypatch.setattr(process, "_kind", "")

    process.named(process.HITS)

    assert kind == process.kind()
